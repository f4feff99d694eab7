// A P1 that nobody has acknowledged: in the title as long as it stands so, and when it comes with a sound and a
// notification of the desktop, where they are switched on. A notification tells the reference and the grade alone.
import { keep, kept } from "./kept.js";

const title = document.title;
let known = new Set();

export function alarm() {
  known = new Set(unacknowledged());
  entitle();
  switched("[data-sound]", "sound", async () => { await sound(); return true; });
  switched("[data-notify]", "notify", async () => "Notification" in window && (await Notification.requestPermission()) === "granted");
}

// After the page was brought up to date: whatever P1 was not there before is told.
export function alarmed() {
  const now = unacknowledged();
  const fresh = now.filter((one) => !known.has(one));
  known = new Set(now);
  entitle();
  const { height = 0 } = document.querySelector(".ec-alarm")?.getBoundingClientRect() ?? {};
  document.documentElement.style.scrollPaddingTop = `${Math.ceil(height)}px`;
  document.documentElement.style.setProperty("--strip", `${Math.floor(height)}px`);
  if (!fresh.length) return;
  document.querySelector("[data-urgent]").textContent = `New P1: ${fresh.join(", ")}`;
  if (kept("sound") === "on") sound();
  if (kept("notify") === "on") fresh.forEach(notify);
}

function unacknowledged() {
  return document.getElementById("alarm").dataset.alarms.split(" ").filter(Boolean);
}

function entitle() {
  document.title = known.size ? `(${known.size}${document.getElementById("alarm").dataset.more} P1) ${title}` : title;
}

async function sound() {
  const blocked = document.querySelector("[data-sound]");
  try {
    const audio = document.querySelector("[data-alarm-sound]");
    audio.currentTime = 0;
    await audio.play();
    delete blocked?.dataset.blocked;
  } catch {
    // A browser lets a page be heard once somebody has pressed something on it.
    if (blocked) blocked.dataset.blocked = "yes";
  }
}

function notify(reference) {
  try {
    const told = new Notification(`P1 ${reference}`, { tag: reference, requireInteraction: true });
    told.addEventListener("click", () => { window.focus(); told.close(); });
  } catch {
    // Some phones notify through a service worker only, which the console has not.
  }
}

function switched(selector, name, begin) {
  const button = document.querySelector(selector);
  if (!button) return; // The switches are on the queue's page.
  const show = (on) => button.setAttribute("aria-pressed", `${on}`);
  show(kept(name) === "on");
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true" && (await begin());
    keep(name, on ? "on" : "off");
    show(on);
  });
}
