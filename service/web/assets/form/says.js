// The texts that scripts show come with the page, in its language.
export function say(name, values = {}) {
  const text = document.getElementById("ev-says").content.querySelector(`[data-say="${name}"]`).textContent.trim();
  return putTogether(text, values);
}

export function putTogether(text, values = {}) {
  return text.replace(/%\((\w+)\)[sd]/g, (whole, key) => values[key] ?? whole);
}

// A piece of page that comes with the page and is shown only now.
export function piece(name) {
  return document.getElementById(`ev-${name}`).content.cloneNode(true);
}

export function time(iso) {
  const at = new Date(iso);
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (at.toDateString() !== new Date().toDateString()) Object.assign(options, { weekday: "short", day: "numeric", month: "short" });
  return new Intl.DateTimeFormat([`${document.documentElement.lang}-GB`, document.documentElement.lang], options).format(at);
}

// Show a part of a page in place of what is there, and read it from its top.
export function show(content) {
  const main = document.getElementById("main");
  main.className = "govuk-main-wrapper";
  main.replaceChildren(content);
  scrollTo(0, 0);
  focusOn(main.querySelector(".govuk-error-summary, h1, h2") ?? main);
}

export function focusOn(element) {
  if (!element.hasAttribute("tabindex")) {
    element.setAttribute("tabindex", "-1");
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  }
  element.focus();
}

export function fragment(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  return made.content;
}
