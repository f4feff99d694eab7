// The map of a place step, drawn from points and lines. A tap or the arrow keys set the pin. How far off it may be is
// what a finger covers at this size and how well the map knows its own places, together.
import { putTogether } from "./form/says.js";

const SVG = "http://www.w3.org/2000/svg";
const KM_A_DEGREE = 111.32;
const FINGER_PX = 22;
const KEY_PX = 10;
const TEXT_PX = 14;
const SIZES = [1, 2, 4];
const NEAR_KM = 1;
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

export class PlaceMap {
  constructor(place, box, drawn) {
    this.place = place;
    this.data = drawn;
    const [south, west, north, east] = drawn.bounds;
    this.narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
    this.width = (east - west) * KM_A_DEGREE * this.narrow;
    this.height = (north - south) * KM_A_DEGREE;
    this.centre = [this.width / 2, this.height / 2];
    this.size = 0;
    this.view = box.querySelector("[data-map-view]");
    // North is up and east is right in every language.
    this.svg = element("svg", { "aria-hidden": "true" });
    this.svg.style.direction = "ltr";
    this.view.replaceChildren(this.svg);
    this.view.addEventListener("click", (event) => this.tap(event));
    this.view.addEventListener("keydown", (event) => this.key(event));
    box.querySelector("[data-nearer]").addEventListener("click", () => this.resize(1));
    box.querySelector("[data-farther]").addEventListener("click", () => this.resize(-1));
    window.addEventListener("resize", () => { if (!box.hidden) this.draw(); });
  }

  opened() {
    if (this.place.position()) this.showPin();
    else if (!this.goTo(this.place.town?.value, { pin: false })) this.draw();
    this.place.tellAgain();
  }

  at([latitude, longitude]) {
    const [, west, north] = this.data.bounds;
    return [(longitude - west) * KM_A_DEGREE * this.narrow, (north - latitude) * KM_A_DEGREE];
  }

  degrees([x, y]) {
    const [, west, north] = this.data.bounds;
    return [north - y / KM_A_DEGREE, west + x / (KM_A_DEGREE * this.narrow)];
  }

  // Kilometres that one pixel of the screen shows.
  scale() { return this.width / SIZES[this.size] / (this.view.clientWidth || 1); }

  corner() {
    const [width, height] = [this.width / SIZES[this.size], this.height / SIZES[this.size]];
    const held = (middle, part, whole) => Math.min(Math.max(middle - part / 2, 0), whole - part);
    return [held(this.centre[0], width, this.width), held(this.centre[1], height, this.height)];
  }

  draw() {
    const scale = this.scale();
    const [left, top] = this.corner();
    const [width, height] = [this.width / SIZES[this.size], this.height / SIZES[this.size]];
    this.svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    const lines = this.data.lines.map(({ kind, points }) => element("polyline", {
      class: `ev-map__${kind}`, points: points.map((point) => this.at(point).map((one) => one.toFixed(2)).join()).join(" "),
    }));
    this.taken = [];
    const inside = [left, top, left + width, top + height];
    const places = (from, to) => this.data.places.filter(({ rank }) => rank >= from && rank <= to)
      .sort((one, other) => one.rank - other.rank).map((one) => this.name(one, scale, inside, `ev-map__name--${one.rank}`));
    const names = [
      ...places(1, 1),
      ...this.data.lines.map((line) => this.lineName(line, scale, inside)),
      ...places(2, this.size + 1),
      ...this.data.around.map((one) => this.name(one, scale, inside, "ev-map__name--around")),
    ].filter(Boolean);
    const dots = [...this.data.places, ...this.data.around].map(({ at, rank }) => {
      const [x, y] = this.at(at);
      return element("circle", { class: "ev-map__dot", cx: x, cy: y, r: scale * (rank === 1 ? 4 : 2.5) });
    });
    this.svg.replaceChildren(...lines, ...dots, ...names, ...this.pin(scale));
  }

  // A name is left out where another one, or the edge, is in the way: a larger map has room for it.
  name({ name, at }, scale, inside, kind) {
    const [x, y] = this.at(at);
    const wide = name.length * TEXT_PX * 0.56 * scale;
    const high = TEXT_PX * 1.1 * scale;
    for (const start of [x + 6 * scale, x - wide - 6 * scale]) {
      const room = [start, y - high / 2, start + wide, y + high / 2];
      if (this.free(room, inside)) {
        this.taken.push(room);
        return element("text", { class: `ev-map__name ${kind}`, x: start, y: y + high * 0.32, "font-size": TEXT_PX * scale }, name);
      }
    }
    return null;
  }

  lineName({ name, kind, points }, scale, inside) {
    const wide = name.length * TEXT_PX * 0.56 * scale;
    const high = TEXT_PX * scale;
    const drawn = points.map((point) => this.at(point));
    for (let part = 1; part < drawn.length; part += 1) {
      const [x, y] = [0, 1].map((axis) => (drawn[part - 1][axis] + drawn[part][axis]) / 2);
      const room = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
      if (this.free(room, inside)) {
        this.taken.push(room);
        return element("text", {
          class: `ev-map__name ev-map__name--${kind}`, x, y: y + high * 0.35, "text-anchor": "middle", "font-size": 12 * scale,
        }, name);
      }
    }
    return null;
  }

  free([left, top, right, bottom], [west, north, east, south]) {
    return left >= west && right <= east && top >= north && bottom <= south
      && !this.taken.some((one) => left < one[2] && right > one[0] && top < one[3] && bottom > one[1]);
  }

  pin(scale) {
    const position = this.place.position();
    if (!position) return [];
    const [x, y] = this.at(position);
    const reach = Number(this.place.fields.accuracy_m.value) / 1000;
    return [
      element("circle", { class: "ev-map__reach", cx: x, cy: y, r: reach }),
      element("path", { class: "ev-map__pin", d: "M0 0C-4-8-9-12-9-18a9 9 0 1 1 18 0c0 6-5 10-9 18z", transform: `translate(${x} ${y}) scale(${scale})` }),
      element("circle", { class: "ev-map__eye", cx: x, cy: y - 18 * scale, r: 3.5 * scale }),
    ];
  }

  showPin() {
    const position = this.place.position();
    if (position) this.centre = this.at(position);
    this.draw();
  }

  resize(by) {
    this.size = Math.min(Math.max(this.size + by, 0), SIZES.length - 1);
    this.showPin();
    // What was marked on a smaller map stays as inexact as the finger was then.
  }

  tap(event) {
    const shown = this.svg.getBoundingClientRect();
    const scale = this.scale();
    const [left, top] = this.corner();
    this.mark([left + (event.clientX - shown.left) * scale, top + (event.clientY - shown.top) * scale], FINGER_PX);
    // The first tap on the smallest map is a way in: from here the place can be tapped more exactly.
    if (this.size === 0) this.resize(1);
  }

  key(event) {
    if (event.key === "+" || event.key === "=") this.resize(1);
    else if (event.key === "-") this.resize(-1);
    else if (KEYS[event.key]) {
      const step = KEY_PX * this.scale();
      const position = this.place.position();
      const from = position ? this.at(position) : this.centre;
      this.mark([0, 1].map((axis) => from[axis] + KEYS[event.key][axis] * step), KEY_PX);
      this.centre = this.at(this.place.position());
      this.draw();
    } else return;
    event.preventDefault();
  }

  mark([x, y], pixels) {
    const held = [Math.min(Math.max(x, 0), this.width), Math.min(Math.max(y, 0), this.height)];
    const metres = Math.hypot(pixels * this.scale() * 1000, this.data.good_to_m);
    const [latitude, longitude] = this.degrees(held);
    this.place.take(latitude, longitude, metres, "map");
    this.draw();
  }

  // Chosen from the list: the map goes there, and the middle of the place is what is meant until the pin is moved.
  goTo(name, { pin = true } = {}) {
    const found = this.data.places.find((one) => one.name === name);
    if (!found) return false;
    this.size = SIZES.length - 1;
    this.centre = this.at(found.at);
    if (pin) this.place.take(...found.at, 2 * this.data.good_to_m, "map");
    this.draw();
    return true;
  }

  described([latitude, longitude], metres) {
    const here = this.at([latitude, longitude]);
    const [nearest, km] = this.data.places
      .map((one) => [one, Math.hypot(...this.at(one.at).map((value, axis) => value - here[axis]))])
      .reduce((best, one) => (one[1] < best[1] ? one : best));
    const { markedAt, marked } = this.place.root.dataset;
    const far = km.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    return putTogether(km < NEAR_KM ? markedAt : marked, { place: nearest.name, km: far, metres });
  }
}
