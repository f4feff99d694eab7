// A moment marked during the journey, taken into the form after it.
import { piece, say, time } from "./says.js";
import * as vault from "./vault.js";

const PARTS = ["at", "latitude", "longitude", "heading_degrees"];

export async function takeMarks(form) {
  const place = form.querySelector("[data-mark]");
  if (!place) return;
  const name = place.dataset.mark;
  const taken = place.querySelector("[data-taken]");
  const field = (part) => form.elements[`${name}.${part}`];

  function render() {
    taken.hidden = !field("at").value;
    if (field("at").value) taken.querySelector("[data-says]").textContent = say("markused", { time: time(field("at").value) });
  }

  place.querySelector("[data-without]").addEventListener("click", () => {
    for (const part of PARTS) field(part).value = "";
    delete form.dataset.mark;
    render();
    offer();
  });

  // The newest first; whichever is taken goes from the device once the report is kept or sent.
  async function offer() {
    const offers = place.querySelector("[data-offers]");
    const waiting = (await vault.all(vault.MARKS)).reverse();
    offers.replaceChildren(...waiting.map((mark) => {
      const made = piece("mark");
      made.querySelector("[data-says]").textContent = say("mark", { time: time(mark.meta.at) });
      made.querySelector("[data-use]").addEventListener("click", () => {
        for (const part of PARTS) field(part).value = mark.meta[part] ?? "";
        form.dataset.mark = mark.id;
        offers.replaceChildren();
        render();
        form.querySelector("[data-step] input:not([type=hidden])").focus();
      });
      made.querySelector("[data-forget]").addEventListener("click", async () => {
        await vault.drop(vault.MARKS, mark.id);
        await offer();
      });
      return made;
    }));
  }

  render();
  if (!field("at").value) await offer();
}

export async function forgetMark(form) {
  if (form.dataset.mark) await vault.drop(vault.MARKS, form.dataset.mark);
}
