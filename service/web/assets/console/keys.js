// Keyboard shortcuts of the console. A page adds its own with `shortcuts([{ keys, says, act }])`; those of every page are
// here. Nothing happens while somebody types, or with a modifier held; all of them can be switched off (WCAG 2.2, 2.1.4).
import { kept, keep } from "./kept.js";

const TYPING = 'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, [contenteditable]';
const SECOND_KEY_MS = 1500;
const known = [];
let first = "";
let dialog;

// `keys`: what is pressed, as KeyboardEvent.key tells it; two keys one after the other with a blank, as "g q".
// `act` gets the event; what it did not want, it says with `false`, and the browser does as ever. Returns a function that
// takes the shortcuts away.
export function shortcuts(list) {
  known.push(...list);
  return () => list.forEach((one) => known.splice(known.indexOf(one), 1));
}

export function listen() {
  for (const button of document.querySelectorAll("[data-keys-help]")) {
    button.hidden = false;
    button.addEventListener("click", help);
  }
  for (const link of document.querySelectorAll("[data-go]")) {
    shortcuts([{ keys: [`g ${link.dataset.go}`], says: `Go to: ${link.textContent.trim()}`, act: () => link.click() }]);
  }
  shortcuts([{ keys: ["?"], says: "Show these shortcuts", act: help }]);
  document.addEventListener("keydown", pressed);
}

function pressed(event) {
  if (kept("keys") === "off" || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(TYPING)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Shift") return;
  const asked = first ? `${first} ${key}` : key;
  first = "";
  const found = known.find((one) => one.keys.includes(asked));
  if (found) {
    if (found.act(event) !== false) event.preventDefault();
  } else if (known.some((one) => one.keys.some((each) => each.startsWith(`${asked} `)))) {
    first = asked;
    setTimeout(() => { if (first === asked) first = ""; }, SECOND_KEY_MS);
  }
}

const shown = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

function help() {
  dialog ??= made();
  const rows = known.map((one) => {
    const row = document.createElement("div");
    const keys = document.createElement("dt");
    one.keys.forEach((each, place) => {
      if (place) keys.append(" or ");
      for (const part of each.split(" ")) keys.append(Object.assign(document.createElement("kbd"), { textContent: shown[part] ?? part }));
    });
    row.append(keys, Object.assign(document.createElement("dd"), { textContent: one.says }));
    return row;
  });
  dialog.querySelector("dl").replaceChildren(...rows);
  dialog.querySelector("input").checked = kept("keys") !== "off";
  dialog.showModal();
}

function made() {
  const one = document.querySelector("[data-keys]");
  one.querySelector("input").addEventListener("change", ({ target }) => keep("keys", target.checked ? "on" : "off"));
  return one;
}
