// Photos are drawn anew on this device before they go anywhere: smaller, and without where, when and with what they were
// taken. What was drawn takes the place of the chosen files in the field itself, so whoever sends the form sends those.
import * as album from "./album.js";
import { putTogether } from "./says.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

class Photos {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=file]");
    this.list = root.querySelector("[data-photo-list]");
    this.files = [];
    this.most = Number(root.dataset.most);
    // Before anybody else hears of it: what is being drawn is not in the field yet, and would be left behind. It goes
    // when all is drawn, unless there is something to be read first.
    this.input.form.addEventListener("submit", (event) => {
      if (!this.working) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.pressed = event.submitter;
    }, { capture: true });
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    if (this.input.form.dataset.album) this.takeBack(this.input.form.dataset.album);
  }

  say(name, values) { this.root.querySelector("[data-photo-said]").textContent = name ? putTogether(this.root.dataset[name], values) : ""; }

  async add(chosen) {
    // A form that is sent meanwhile must not take the photos as the camera made them.
    this.give();
    this.say("working");
    this.working = true;
    let missing = "";
    for (const file of chosen) {
      if (this.files.length >= this.most) { missing = "full"; break; }
      try {
        this.files.push(await drawnAnew(file));
      } catch {
        missing = (await isHeic(file)) ? "heic" : "unreadable";
      }
    }
    this.working = false;
    this.show();
    if (missing) this.say(missing);
    else if (this.pressed) this.input.form.requestSubmit(this.pressed);
    this.pressed = null;
    this.input.dispatchEvent(new Event("evenlode:photos", { bubbles: true }));
  }

  // Photos of a report that came back to be mended.
  async takeBack(id) {
    this.files = await album.filesOf(id);
    this.show();
  }

  give() {
    const given = new DataTransfer();
    for (const file of this.files) given.items.add(file);
    this.input.files = given.files;
  }

  show() {
    this.give();
    for (const picture of this.list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    this.list.replaceChildren(...this.files.map((file, place) => this.line(file, place)));
    this.say(this.files.length ? "chosen" : "", { count: this.files.length });
  }

  line(file, place) {
    const made = this.root.querySelector("template").content.cloneNode(true);
    const picture = made.querySelector("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = putTogether(picture.alt, { number: place + 1 });
    made.querySelector("[data-size]").textContent = kilobytes(file.size);
    made.querySelector("[data-number]").textContent = place + 1;
    made.querySelector("button").addEventListener("click", () => {
      this.files.splice(place, 1);
      this.show();
      (this.list.querySelectorAll("button")[place] ?? this.input).focus();
    });
    return made;
  }
}

export function kilobytes(bytes) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte" }).format(Math.ceil(bytes / 1000));
}

// What phones keep their photos as, by its first bytes: most browsers but Safari cannot draw it.
async function isHeic(file) {
  const head = await file.slice(4, 12).text().catch(() => "");
  return /^ftyp(hei|hev|mif1|msf1)/.test(head);
}

async function drawnAnew(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  // What is transparent becomes white; a JPEG would make it black.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("not drawn"))), "image/jpeg", QUALITY);
  });
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}

export function takePhotos(part) {
  for (const root of part.querySelectorAll("[data-photos]")) new Photos(root);
}
