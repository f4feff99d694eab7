// Where in which list of reports somebody works: what a report's page goes back to, and whose next one it opens. Kept in
// sessionStorage: the list's address, a reference and a number; gone with the window, on signing out, and for anybody else.
const KEY = "evenlode-place";

export function place() {
  document.querySelector("[data-sign-out]")?.addEventListener("submit", () => store(null));
  const kept = stored();
  if (kept?.account === document.body.dataset.account) return kept;
  if (document.body.dataset.account) store(null);
  return null;
}

// `away`: whether it is a report's page that is open, and coming to the list is coming back to it.
export function remember(search, reference, at, away = false) {
  store({ account: document.body.dataset.account, search, reference, at, away });
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function store(one) {
  try {
    if (one) sessionStorage.setItem(KEY, JSON.stringify(one));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing goes by the whole queue.
  }
}
