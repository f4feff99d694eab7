// Where it was: the phone's own position, asked for only on a press, or a pin on a map that is loaded when it is opened.
// Both go into the same hidden fields, so the later one counts, and what is in them is always said in words.
import { putTogether } from "./says.js";

class Place {
  constructor(root) {
    this.root = root;
    this.fields = Object.fromEntries(["latitude", "longitude", "accuracy_m"].map((name) => [name, this.field(`location.${name}`)]));
    this.from = this.field("_position_from");
    this.town = root.closest("form")?.elements["location.town"];
    this.button("locate", () => this.locate());
    this.button("forget", () => this.forget());
    this.opener = this.button("open-map", () => this.toggle());
    this.town?.addEventListener("change", () => this.map?.goTo(this.town.value));
    this.tellAgain();
  }

  field(name) { return this.root.querySelector(`[name="${name}"]`); }

  button(name, press) {
    const found = this.root.querySelector(`[data-${name}]`);
    found.addEventListener("click", press);
    return found;
  }

  say(text) { this.root.querySelector("[data-place-said]").textContent = text; }

  locate() {
    const { asking, denied, away } = this.root.dataset;
    this.say(asking);
    if (!navigator.geolocation) { this.say(away); return; }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.take(coords.latitude, coords.longitude, coords.accuracy, "phone");
        this.map?.showPin();
      },
      (failed) => this.say(failed.code === failed.PERMISSION_DENIED ? denied : away),
      { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 },
    );
  }

  take(latitude, longitude, metres, from) {
    this.fields.latitude.value = latitude.toFixed(5);
    this.fields.longitude.value = longitude.toFixed(5);
    this.fields.accuracy_m.value = roundedUp(metres);
    this.from.value = from;
    this.changed();
    this.tellAgain();
  }

  forget() {
    for (const field of [...Object.values(this.fields), this.from]) field.value = "";
    this.changed();
    this.tellAgain();
    this.map?.showPin();
    this.say(this.root.dataset.forgotten);
    this.opener.focus();
  }

  changed() { this.from.dispatchEvent(new Event("change", { bubbles: true })); }

  position() {
    const [latitude, longitude] = [this.fields.latitude.value, this.fields.longitude.value].map(Number);
    return this.fields.latitude.value ? [latitude, longitude] : null;
  }

  // Also after a draft or the page's history has filled the fields in again.
  tellAgain() {
    const position = this.position();
    this.root.querySelector("[data-forget]").hidden = !position;
    // By this the page to check on knows that what is said here is an answer.
    this.root.querySelector("[data-place-said]").toggleAttribute("data-answer", Boolean(position));
    if (!position) { this.say(""); return; }
    const metres = Number(this.fields.accuracy_m.value).toLocaleString(document.documentElement.lang);
    if (this.from.value === "phone" || !this.map) this.say(putTogether(this.root.dataset.found, { metres }));
    else this.say(this.map.described(position, metres));
  }

  async toggle() {
    const box = this.root.querySelector("[data-map-box]");
    const open = box.hidden;
    if (open && !this.map) {
      try {
        const [{ PlaceMap }, drawn] = await Promise.all([
          import(this.root.dataset.mapScript),
          fetch(this.root.dataset.map).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))),
        ]);
        this.map = new PlaceMap(this, box, drawn);
      } catch {
        this.say(this.root.dataset.noMap);
        return;
      }
    }
    box.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    this.opener.textContent = open ? this.root.dataset.hide : this.root.dataset.show;
    if (open) this.map.opened();
  }
}

// Two figures, and never more exact than it is.
function roundedUp(metres) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(metres, 1))) - 1);
  return Math.min(1_000_000, Math.ceil(metres / step) * step);
}

export function askForPlaces(within) {
  for (const root of within.querySelectorAll("[data-place]:not([data-ready])")) {
    root.dataset.ready = "";
    const place = new Place(root);
    window.addEventListener("pageshow", () => place.tellAgain());
    root.closest("form")?.addEventListener("evenlode:filled", () => place.tellAgain());
  }
}
