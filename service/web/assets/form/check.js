// The answers, to be checked before they are sent: the same list as the page that does it without a script.
import { piece, say } from "./says.js";

export function check(form, into, change) {
  const list = into.querySelector("dl");
  list.replaceChildren();
  for (const section of form.querySelectorAll("[data-step]")) {
    if (section.dataset.off) continue;
    for (const group of section.querySelectorAll(".govuk-form-group")) {
      const fields = [...group.querySelectorAll("input:not([type=hidden]), textarea, select")];
      const value = [...fields.map(said), group.querySelector("[data-answer]")?.textContent.trim()].filter(Boolean).join(", ");
      if (value) list.append(row(question(group), value, () => change(first(fields) ?? group.querySelector("button"))));
    }
  }
}

function first(fields) {
  return fields.find((field) => field.checked) ?? fields[0];
}

function question(group) {
  return (group.querySelector("legend") ?? group.querySelector("label")).textContent.trim();
}

function said(field) {
  if (/radio|checkbox/.test(field.type)) return field.checked ? field.labels[0].textContent.trim() : "";
  if (field.type === "file") return field.files.length ? say("photos", { count: field.files.length }) : "";
  if (field.type === "datetime-local" && field.value) return field.value.replace("T", " ");
  return field.value.trim();
}

function row(label, value, change) {
  const made = piece("answer");
  made.querySelector("dt").textContent = label;
  made.querySelector("dd").textContent = value;
  made.querySelector("[data-of]").textContent = label;
  made.querySelector("button").addEventListener("click", change);
  return made;
}
