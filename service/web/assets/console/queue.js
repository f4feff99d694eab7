// The open queue: what changes is shown as it changes, and whatever is done keeps one's place.
import { alarm, alarmed } from "./alarm.js";
import { shortcuts } from "./keys.js";
import { begin, put } from "./parts.js";
import { remember, place } from "./place.js";
import { selected, selection } from "./selection.js";
import { follow } from "./stream.js";

const AGAIN_MS = 60_000; // What is late becomes later without any event.
const BETWEEN_MS = 200; // A burst of events is one look, and then another.
const page = document.querySelector("[data-queue]");

export function queue() {
  if (!page) return;
  begin();
  // On a phone the reports come first, unless they are filtered.
  const fold = page.querySelector("[data-fold]");
  fold.open = Boolean(fold.dataset.fold) || window.matchMedia("(min-width: 40rem)").matches;
  alarm();
  selection();
  keys();
  resume();
  document.addEventListener("submit", act);
  const retry = follow("/v1/events", {
    heard: ({ kind }) => {
      if (kind === "lost") missing("No new reports are heard of at the moment. They will be shown as soon as they are.");
      else if (kind !== "notice") {
        if (kind === "resync") standing();
        refresh();
      }
    },
    open: standing,
    lost: () => missing("The connection is lost: new reports do not appear. Trying again by itself."),
    ended,
  });
  setInterval(() => { if (!document.hidden) refresh(); }, AGAIN_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (page.dataset.state === "ended") retry();
    else refresh();
  });
  window.addEventListener("focus", () => { if (page.dataset.state === "ended") retry(); });
}

let looking = false;
let again = false;

async function refresh() {
  again = true;
  if (looking) return;
  looking = true;
  try {
    while (again) {
      again = false;
      const answer = await fetch(page.dataset.queue, { cache: "no-store", signal: AbortSignal.timeout(15_000) });
      if (answer.status === 401) return ended();
      if (!answer.ok) throw new Error(`${answer.status}`);
      put(await answer.text());
      shown();
      await new Promise((done) => { setTimeout(done, BETWEEN_MS); });
    }
  } catch {
    // Without a connection the stream tries again, and then all is looked at anew.
    if (page.dataset.state === "live") setTimeout(refresh, 2000);
  } finally {
    looking = false;
  }
  return undefined;
}

function shown() {
  // Whoever signed in again sees what is theirs, and nothing before.
  if (page.dataset.state === "ended") {
    page.dataset.state = "";
    standing();
  }
  selected();
  alarmed();
}

function standing() {
  if (page.dataset.state === "ended") return;
  page.dataset.state = "live";
  page.querySelector("[data-live]").textContent = "Live";
  page.querySelector("[data-lost]").hidden = true;
}

function missing(text) {
  if (page.dataset.state === "ended") return;
  page.dataset.state = "lost";
  page.querySelector("[data-live]").textContent = "Not live";
  const said = page.querySelector("[data-lost]");
  said.textContent = text;
  said.hidden = false;
}

function ended() {
  page.dataset.state = "ended";
  page.querySelector("[data-live]").textContent = "Signed out";
  const said = page.querySelector("[data-lost]");
  said.replaceChildren(page.querySelector("[data-ended]").content.cloneNode(true));
  said.hidden = false;
}

let acting = false;

async function act(event) {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  if (acting) return;
  acting = true;
  const sent = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) sent.append(event.submitter.name, event.submitter.value);
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { "X-Evenlode-Part": "queue" }, body: sent });
    if (answer.status === 401) ended();
    else if (!answer.headers.get("content-type")?.startsWith("text/html")) say("This page is too old to do that. Load it again.");
    else {
      if (answer.ok) done(form, sent);
      put(await answer.text(), { withOutcome: true });
      shown();
    }
  } catch {
    say("There is no connection. Look at the reports once there is: what you asked for may be done, or not.");
  } finally {
    acting = false;
  }
}

function done(form, sent) {
  if (sent.has("just") || form.id !== "do") return;
  form.reset();
  for (const one of form.querySelectorAll("details")) one.open = false;
}

function say(text) {
  const told = Object.assign(document.createElement("p"), { textContent: text, className: "ec-outcome ec-outcome--not" });
  told.setAttribute("role", "alert");
  document.getElementById("outcome").replaceChildren(told);
}

// The row that has the focus, or had it last.
let last = "";
document.addEventListener("focusin", ({ target }) => { last = target.closest?.("[data-row]")?.id ?? last; });

// Whoever comes back from a report goes on where they were; where that one is gone, the one in its place.
function resume() {
  const kept = place();
  if (kept?.away && kept.search === location.search) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const row = document.getElementById(kept.reference) ?? rows[Math.min(kept.at, rows.length - 1)];
    row?.querySelector("[data-open]").focus({ preventScroll: true });
    row?.scrollIntoView({ block: "center", behavior: "instant" });
  }
  window.addEventListener("pagehide", () => {
    const row = current();
    remember(location.search, row?.id ?? "", row ? [...document.querySelectorAll("[data-row]")].indexOf(row) : 0);
  });
}

function current() {
  return document.activeElement.closest("[data-row]") ?? document.getElementById(last);
}

function move(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(current());
  const row = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  row?.querySelector("[data-open]").focus();
}

function press(verb) {
  const many = document.querySelector("[data-pick]:checked") && document.querySelector(`#do [name="do"][value="${verb}"]`);
  const button = many || current()?.querySelector(`[data-verb="${verb}"]`);
  if (button) button.click();
  else say(current() ? "This cannot be done with the report as it is now." : "Go to a report first, with j.");
}

// What needs to be said more than which reports: the box for it in the bar of what is selected.
function choose(verb) {
  const bar = document.getElementById("do");
  if (bar.hidden) return say("Select reports first, with x.");
  const box = bar.querySelector(`[name="do"][value="${verb}"]`).closest("details");
  box.open = true;
  return box.querySelector("select, input").focus();
}

// Enter does nothing in that bar, so that nobody does to many what they were about to write.
function choosing(event) {
  const box = event.target.closest("#do details");
  if (!box || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    box.querySelector('[name="do"]').click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    box.open = false;
    (current()?.querySelector("[data-open]") ?? box.querySelector("summary")).focus();
  }
}

function keys() {
  const inList = ({ target }) => Boolean(target.closest("[data-row]"));
  shortcuts([
    { keys: ["j", "ArrowDown"], says: "Next report (arrows: once you are in the list)", act: (event) => (event.key === "ArrowDown" && !inList(event) ? false : move(1)) },
    { keys: ["k", "ArrowUp"], says: "Report before it", act: (event) => (event.key === "ArrowUp" && !inList(event) ? false : move(-1)) },
    { keys: ["o", "Enter"], says: "Open the report", act: (event) => (event.key === "Enter" ? false : current()?.querySelector("[data-open]").click()) },
    { keys: ["c"], says: "Claim it, or all that are selected", act: () => press("claim") },
    { keys: ["a"], says: "Acknowledge it, or all that are selected", act: () => press("acknowledge") },
    { keys: ["b"], says: "Give it back to the team", act: () => press("release") },
    { keys: ["e"], says: "Close all that are selected", act: () => choose("close") },
    { keys: ["t"], says: "Tag all that are selected", act: () => choose("tag") },
    { keys: ["h"], says: "Hand all that are selected to somebody", act: () => choose("assign") },
    { keys: ["Ctrl Enter"], says: "Do it, from a field of these three; Esc leaves it" },
    { keys: ["x"], says: "Select it, or not", act: () => current()?.querySelector("[data-pick]").click() },
    { keys: ["Escape"], says: "Select none", act: () => document.querySelector("[data-pick-none]").click() },
    { keys: ["u", "z"], says: "Undo what was just done", act: () => { const undo = document.querySelector("[data-undo]"); if (undo) undo.click(); else say("There is nothing here to undo."); } },
    { keys: ["/"], says: "Search by words", act: () => { page.querySelector("[data-fold]").open = true; document.querySelector("[data-words]").focus(); } },
    { keys: ["n"], says: "Next page", act: () => document.querySelector('a[rel="next"]')?.click() },
  ]);
  document.addEventListener("keydown", choosing);
  const save = page.querySelector(".ec-save");
  if (save) shortcuts([{ keys: ["v"], says: "Keep these filters as a view", act: () => { save.open = true; save.querySelector("[name=name]").focus(); } }]);
}
