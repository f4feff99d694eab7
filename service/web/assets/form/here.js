// One press wipes everything of this site from the device, wherever something is kept.
import { wipe } from "./leave.js";
import { piece, show } from "./says.js";

export function takeWipes() {
  document.addEventListener("click", async (event) => {
    if (!event.target.closest?.("[data-wipe]")) return;
    await wipe();
    document.getElementById("ev-here").replaceChildren();
    show(piece("wiped"));
  });
}
