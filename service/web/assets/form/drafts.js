// What is half-typed stays on the device only when somebody asks for it, since the phone may not be theirs alone.
import { piece, say, time } from "./says.js";
import * as vault from "./vault.js";

const NEVER = ["_do", "_language", "_key", "website"];

function entries(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER.includes(name));
}

async function save(form) {
  const meta = { at: new Date().toISOString(), entries: entries(form) };
  await vault.put(vault.DRAFTS, form.dataset.door, meta);
}

export async function forgetDraft(form) {
  if (form.dataset.keeping) await vault.drop(vault.DRAFTS, form.dataset.door);
  delete form.dataset.keeping;
}

export async function takeDrafts(form, steps) {
  const button = form.querySelector("[data-keep]");
  const status = form.querySelector("[data-status]");
  button.hidden = !vault.usable();
  button.addEventListener("click", async () => {
    try {
      await save(form);
      form.dataset.keeping = "yes";
      status.textContent = say("draft");
      document.querySelector("[data-wipe-here]").hidden = false;
    } catch {
      status.textContent = say("undrafted");
    }
  });
  form.addEventListener("change", () => form.dataset.keeping && save(form));

  const kept = await vault.get(vault.DRAFTS, form.dataset.door);
  if (!kept || form.querySelector(".govuk-error-summary")) return;
  const made = piece("draft");
  const notice = made.firstElementChild;
  made.querySelector("[data-says]").textContent = say("drafted", { time: time(kept.meta.at) });
  made.querySelector("[data-open]").addEventListener("click", () => {
    fill(form, kept.meta.entries);
    form.dataset.keeping = "yes";
    notice.remove();
    steps.start();
  });
  form.before(made);
}

// Put answers back. A question that another answer asks for is filled all the same; steps see to what shows.
function fill(form, given) {
  for (const field of form.elements) {
    if (!field.name || NEVER.includes(field.name) || field.type === "file" || field.tagName === "BUTTON") continue;
    const values = given.filter(([name]) => name === field.name).map(([, value]) => value);
    if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  // Who shows in words what stands in hidden fields shows it anew.
  form.dispatchEvent(new Event("evenlode:filled"));
}
