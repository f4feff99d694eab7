// A report's page: its buttons open what they lead to, and its keys. Everything is there without.
import { shortcuts } from "./keys.js";
import { remember, place } from "./place.js";

export function report() {
  const page = document.querySelector("[data-report]");
  if (!page) return;
  for (const link of page.querySelectorAll("[data-opens]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(document.getElementById(link.dataset.opens));
    });
  }
  follow(page);
  const list = [...page.querySelectorAll("[data-key-press]")].map((button) => ({
    keys: [button.dataset.keyPress], says: button.textContent.trim(), act: () => button.click(),
  }));
  for (const box of page.querySelectorAll("[data-key-act]")) {
    list.push({ keys: [box.dataset.keyAct], says: box.querySelector("summary").textContent, act: () => open(box) });
  }
  list.push(
    { keys: ["j"], says: "Next report of the list you came from", act: () => step(page, 1) },
    { keys: ["k"], says: "Report before it in that list", act: () => step(page, -1) },
    { keys: ["u"], says: "Back to that list", act: () => page.querySelector("[data-key-back]").click() },
    { keys: ["Ctrl Enter"], says: "Send what you are writing" },
    { keys: ["Escape"], says: "Leave what you are writing; it is kept", act: () => false },
  );
  shortcuts(list);
  page.addEventListener("keydown", writing);
}

// Of whoever writes: to send, and to get out to where the shortcuts are heard again.
function writing(event) {
  const form = event.target.closest('.ec-act > form[method="post"]');
  if (!form || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape" && event.target.matches("textarea, input")) {
    form.parentElement.open = false;
    form.parentElement.querySelector("summary").focus();
  }
}

// The list is the one that one came from, and not all that is open.
function follow(page) {
  const kept = place();
  if (!kept) return;
  remember(kept.search, kept.reference, kept.at, true);
  page.querySelector("[data-key-back]").search = kept.search;
}

function open(box) {
  for (let outer = box; outer; outer = outer.parentElement.closest("details")) outer.open = true;
  const first = box.querySelector("select, textarea, input:not([type=hidden])");
  first?.focus();
  first?.scrollIntoView({ block: "center" });
}

// The list one came from, as it is now. What one works on may have left it: then the report in its place comes next, and of
// a report that was opened from elsewhere, the list's first.
async function step(page, by) {
  const kept = place();
  let search = kept?.search ?? "";
  let list = await asked(search);
  if (!list) return say(page, "The list cannot be read now. Try again.");
  const own = list.rows.findIndex((row) => row.id === page.dataset.report);
  let at = own + by;
  if (own < 0) at = (kept?.at ?? 0) - (by < 0 ? 1 : 0);
  if (at >= list.rows.length && list.next) {
    search = list.next;
    list = await asked(search);
    at = 0;
  }
  const row = list?.rows[at];
  if (!row) return say(page, by < 0 ? "This is the first report of the list." : "This is the last report of the list.");
  remember(search, row.id, at, true);
  return location.assign(row.querySelector("[data-open]").getAttribute("href"));
}

async function asked(search) {
  const answer = await fetch(`/desk/rows${search}`, { cache: "no-store" });
  if (!answer.ok) return null;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = made.querySelector('a[rel="next"]')?.getAttribute("href");
  return { rows: [...made.querySelectorAll("[data-row]")], next: next && next.slice(next.indexOf("?")) };
}

function say(page, text) {
  const news = page.querySelector("[data-news]");
  news.textContent = text;
  news.hidden = false;
}
