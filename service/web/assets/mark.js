// The page with one button: the moment, the place where it may be told, and the way the car goes, on this phone only.
import { keepPages } from "./form/installed.js";
import { say, time } from "./form/says.js";
import * as vault from "./form/vault.js";

const MOST = 5;
const button = document.querySelector("[data-mark-now]");
const said = document.querySelector("[data-said]");

button.addEventListener("click", async () => {
  const at = written(new Date());
  const id = `${Date.now()}`;
  try {
    const kept = await vault.all(vault.MARKS);
    for (const old of kept.slice(0, Math.max(0, kept.length - MOST + 1))) await vault.drop(vault.MARKS, old.id);
    await vault.put(vault.MARKS, id, { at });
  } catch {
    said.textContent = say("unmarked", { time: time(at) });
    return;
  }
  said.textContent = say("marked", { time: time(at) });
  navigator.vibrate?.(200);
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    const placed = { at, latitude: coords.latitude.toFixed(5), longitude: coords.longitude.toFixed(5) };
    // Only a car that moves has a heading.
    if (Number.isFinite(coords.heading)) placed.heading_degrees = `${Math.round(coords.heading) % 360}`;
    vault.put(vault.MARKS, id, placed, undefined, true).then(() => { said.dataset.placed = at; }, () => {});
  }, () => {}, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000 });
});

// The minute on this phone, with its offset: more would tell one driver from another.
function written(now) {
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 16);
  const two = (number) => `${Math.floor(Math.abs(number))}`.padStart(2, "0");
  return `${local}:00${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

button.disabled = !vault.usable();
if (button.disabled) said.textContent = say("unmarkable");
keepPages();
