// What is typed into a report's forms stays in this window until it is sent, so that a session that ends takes nothing
// along. In sessionStorage, under the account and the report; gone with the window, on signing out, and for anybody else.
const PREFIX = "evenlode-draft:";
const TYPED = 'textarea, input:not([type="hidden"], [type="checkbox"])';

export function drafts() {
  const account = document.body.dataset.account;
  if (account) forget((key) => !key.startsWith(`${PREFIX}${account}:`));
  document.querySelector("[data-sign-out]")?.addEventListener("submit", () => forget(() => true));
  const kept = document.querySelector("[data-drafts-kept]");
  if (kept) kept.hidden = keys().length === 0;
  const page = document.querySelector("[data-report]");
  if (account && page) keep(page, `${PREFIX}${account}:${page.dataset.report}`);
}

function keep(page, key) {
  const all = read(key);
  if (page.dataset.done) {
    delete all[page.dataset.done];
    write(key, all);
    // Loading the page again says nothing of it, and forgets nothing that is typed now.
    const here = new URL(location.href);
    here.searchParams.delete("done");
    history.replaceState(history.state, "", here);
  }
  let back = false;
  for (const form of page.querySelectorAll('form[method="post"]')) {
    const verb = form.getAttribute("action").split("/").pop();
    const typed = [...form.querySelectorAll(TYPED)];
    if (typed.length === 0) continue;
    const begun = typed.some((field) => field.tagName === "TEXTAREA" && field.value);
    if (all[verb] && !begun) {
      fill(form, all[verb]);
      for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      back = true;
    }
    const save = () => {
      if (typed.some((field) => field.value !== field.defaultValue || (field.tagName === "TEXTAREA" && field.value))) {
        all[verb] = [...new FormData(form)].filter(([name]) => !/^(_token|version|team)$/.test(name));
      } else delete all[verb];
      write(key, all);
    };
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  }
  const says = page.querySelector("[data-drafted]");
  if (says) says.hidden = !back;
}

function fill(form, entries) {
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden") continue;
    const values = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.tagName !== "BUTTON") field.value = values[0] ?? "";
  }
}

function keys() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function forget(which) {
  for (const key of keys().filter(which)) sessionStorage.removeItem(key);
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(key, all) {
  try {
    if (Object.keys(all).length) sessionStorage.setItem(key, JSON.stringify(all));
    else sessionStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing shows what was typed on the page that says one was signed out.
  }
}
