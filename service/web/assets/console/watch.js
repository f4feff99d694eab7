// On any page but the queue: the P1s that nobody has acknowledged. They are asked for now and then, since each line that
// stays open is one of the few that a browser has for a service, and reports are read in many tabs.
import { alarm, alarmed } from "./alarm.js";
import { begin, put } from "./parts.js";

const EVERY_MS = 10_000;
const place = document.querySelector("[data-watch]");

export function watch() {
  if (!place) return;
  begin();
  look(alarm);
  setInterval(() => look(alarmed), EVERY_MS);
}

async function look(then) {
  try {
    const answer = await fetch(place.dataset.watch, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok) return;
    put(await answer.text());
    then();
  } catch {
    // Without a connection the next look may have one; what the page itself does tells that there is none.
  }
}
