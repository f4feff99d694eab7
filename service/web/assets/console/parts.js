// Puts what the service shows now in the place of what the page shows, and leaves alone what is the same: the row somebody
// is on stays where it is on the screen, and focus and selection stay on it.
const FRESH_MS = 6000;
// What the service gave for a part or a row, to be compared with what it gives later: an extension of the browser may have
// changed what is on the page.
const given = new WeakMap();
const was = (one) => given.get(one) ?? one.innerHTML;

function fill(one, from) {
  given.set(one, from.innerHTML);
  one.replaceChildren(...from.childNodes);
}

// To be called first, before anything else is changed on the page.
export function begin() {
  enliven(document);
  for (const one of document.querySelectorAll("[data-part], [data-row], .ec-more")) given.set(one, one.innerHTML);
}

export function put(html, { withOutcome = false } = {}) {
  const made = new DOMParser().parseFromString(html, "text/html");
  enliven(made);
  freshToken(made);
  const stays = keepPlace();
  for (const part of made.querySelectorAll("[data-part]")) {
    const now = document.getElementById(part.id);
    if (part.id === "outcome" && !withOutcome) continue;
    if (part.id === "list") putList(now, part);
    else if (was(now) !== part.innerHTML) fill(now, part);
    for (const name of part.getAttributeNames()) now.setAttribute(name, part.getAttribute(name));
  }
  stays();
}

// What is only of use with a script is hidden until there is one.
function enliven(root) {
  for (const one of root.querySelectorAll("[data-script]")) one.hidden = false;
}

function putList(now, made) {
  const rows = now.querySelector("tbody");
  const wanted = made.querySelector("tbody");
  if (!rows || !wanted) {
    if (was(now) !== made.innerHTML) fill(now, made);
    return;
  }
  const ids = new Set([...wanted.rows].map((row) => row.id));
  for (const row of [...rows.rows]) if (!ids.has(row.id)) row.remove();
  let at = rows.rows[0] ?? null;
  for (const row of [...wanted.rows]) {
    const old = rows.querySelector(`#${CSS.escape(row.id)}`);
    if (!old) {
      given.set(row, row.innerHTML);
      rows.insertBefore(row, at);
      mark(row, "ec-fresh");
      continue;
    }
    if (old === at) at = at.nextElementSibling;
    else rows.insertBefore(old, at);
    if (was(old) !== row.innerHTML) {
      const picked = old.querySelector("[data-pick]").checked;
      const onlyLater = withoutDue(was(old)) === withoutDue(row.innerHTML);
      fill(old, row);
      old.querySelector("[data-pick]").checked = picked;
      if (!onlyLater) mark(old, "ec-changed");
    }
  }
  const [more, wantedMore] = [now, made].map((one) => one.querySelector(".ec-more"));
  if (was(more) !== wantedMore.innerHTML) fill(more, wantedMore);
}

// A row in which only time has gone by has not changed.
function withoutDue(html) {
  return html.replace(/<td class="ec-cell-due">.*?<\/td>/s, "");
}

function mark(row, name) {
  row.classList.add(name);
  setTimeout(() => row.classList.remove(name), FRESH_MS);
}

// Remembers what has the focus and where the row lies that somebody looks at; what it returns puts both back.
function keepPlace() {
  const focused = document.activeElement;
  const row = focused?.closest("[data-row]");
  const inParts = focused?.closest("[data-part]");
  const rows = [...document.querySelectorAll("[data-row]")];
  const index = rows.indexOf(row);
  const same = focused && ["[data-open]", "[data-pick]", "[data-verb=claim]", "[data-verb=acknowledge]", "[data-verb=release]"].find((one) => focused.matches(one));
  const anchor = row ?? (window.scrollY > 0 ? rows.find((one) => one.getBoundingClientRect().bottom > 0) : undefined);
  const top = anchor?.getBoundingClientRect().top;
  return () => {
    if (anchor?.isConnected) window.scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
    if (!inParts || (focused.isConnected && document.activeElement === focused)) return;
    const left = [...document.querySelectorAll("[data-row]")];
    const here = row?.isConnected ? row : left[Math.min(Math.max(index, 0), left.length - 1)];
    let found = focused;
    if (row && !focused.isConnected) found = (same && here?.querySelector(same)) || here?.querySelector("[data-open]");
    else if (!focused.isConnected) found = twin(focused, inParts) ?? inParts.querySelector(focused.localName) ?? inParts;
    found?.focus({ preventScroll: true });
  };
}

// The link of a part that leads where the one led that is gone.
function twin(gone, part) {
  return [...part.querySelectorAll("a")].find((one) => one.getAttribute("href") === gone.getAttribute("href"));
}

// After signing in again in another tab the forms of this one need the new session's token.
function freshToken(made) {
  const given = made.querySelector("[data-token]");
  if (!given) return;
  document.querySelector('meta[name="evenlode-token"]').content = given.dataset.token;
  for (const input of document.querySelectorAll(`input[name="${given.dataset.field}"]`)) input.value = given.dataset.token;
}
