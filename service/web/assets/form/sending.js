// Sending as the person sees it: kept first, then sent; the answer in place of the form, or an honest word that it waits
// on this phone and goes by itself.
import { attempt, flush, keep, onChange, REFUSED, SENT, SYNC, WAITING } from "./outbox.js";
import * as album from "./album.js";
import { forgetDraft } from "./drafts.js";
import { forgetMark } from "./marks.js";
import { kilobytes } from "./photos.js";
import { fragment, piece, say, show, time } from "./says.js";
import * as vault from "./vault.js";

const SLOWEST_MS = 60_000;
const NOT_SENT = ["_do", "_language", "_step", "_key"];
let mine = null;
let tries = 0;
let timer;
let dress = () => {};
let looking = Promise.resolve();

export function startSending(dressed) {
  dress = dressed;
  onChange(look);
  album.onPhotos(showPhotos);
  addEventListener("online", go);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go());
  document.addEventListener("click", (event) => event.target.closest?.("[data-try]") && go());
  look().then(go);
}

// Send a form. It stays where it is until something is known, so that nothing is lost by a fault of ours.
export async function send(form, button) {
  button.disabled = true;
  const status = form.querySelector("[data-status]");
  status.textContent = say("sending");
  const report = await packed(form);
  if (!vault.usable()) return sendNow(report, button, status);
  try {
    mine = await keep(report);
  } catch {
    return sendNow(report, button, status);
  }
  if (form.dataset.refused) await vault.drop(vault.REPORTS, form.dataset.refused);
  if (form.dataset.album) await album.drop(form.dataset.album);
  await forgetDraft(form);
  await forgetMark(form);
  tries = 0;
  await go();
}

// Where nothing can be kept, the page itself is what keeps the report: it says so and tries until it is closed.
async function sendNow(report, button, status) {
  const answer = await attempt(report);
  if (answer.state === WAITING) {
    status.textContent = say("unkept");
    later(answer.wait, () => sendNow({ ...report, ticket: answer.ticket }, button, status));
    return;
  }
  button.disabled = false;
  if (report.album && answer.state === SENT) await album.handOver(report.album, answer.receipt);
  answered(answer);
}

// What is sent: every answer that was asked for, and the time on this device at which it was given.
async function packed(form) {
  const data = new FormData(form);
  for (const name of NOT_SENT) data.delete(name);
  // Where photos can be kept they follow the report, in pieces; where not, they go with it.
  const photos = vault.usable() ? await album.keep(data.getAll("photos").filter(({ size }) => size)).catch(() => null) : null;
  if (photos) data.delete("photos");
  const kept = [...data].filter(([, value]) => (typeof value === "string" ? value.trim() : value.size));
  const files = kept.some(([, value]) => typeof value !== "string");
  const fields = files ? new FormData() : new URLSearchParams();
  for (const [name, value] of kept) fields.append(name, value);
  // Packed once: a repeat has the same bytes, its boundary too.
  const made = new Response(fields);
  return {
    address: form.getAttribute("action"),
    door: form.dataset.door,
    album: photos,
    type: made.headers.get("content-type"),
    body: new Uint8Array(await made.arrayBuffer()),
    // Never the page's own: a page that stays on devices has none.
    key: globalThis.crypto.randomUUID?.() ?? [...globalThis.crypto.getRandomValues(new Uint8Array(16))].join("-"),
    at: new Date().toISOString(),
  };
}

async function go() {
  clearTimeout(timer);
  if (await vault.isEmpty()) return;
  const { left, wait } = await flush();
  await look();
  const photos = await album.send();
  if (!left && !photos.left) return;
  later(Math.max(wait, photos.wait), go);
  // Where the browser can, it sends when this page is closed already.
  (await navigator.serviceWorker?.getRegistration())?.sync?.register(SYNC).catch(() => {});
}

function showPhotos({ progress, result }) {
  const status = document.getElementById("ev-photos-said");
  if (progress) {
    const { sent, size } = progress;
    // Not on every piece: a screen reader would read nothing else.
    if (!sent || sent * 2 > size) status.textContent = say("photo", { ...progress, sent: kilobytes(sent), size: kilobytes(size) });
  } else if (result.refused.length) status.textContent = [say("photorefused"), ...result.refused].join(" ");
  else if (result.left) status.textContent = say("photoswait", { count: result.left });
  else if (result.arrived) status.textContent = say("photosthere");
}

function later(wait, work) {
  tries += 1;
  const grown = Math.min(1000 * 2 ** tries, SLOWEST_MS) * (0.75 + Math.random() / 2);
  timer = setTimeout(work, Math.max(grown, wait * 1000));
}

// Show what has become of the report that this page sent, and what else is kept on this device; one look after another.
function look() {
  looking = looking.then(seen, seen);
  return looking;
}

async function seen() {
  const kept = await vault.all(vault.REPORTS);
  const own = kept.find((one) => one.id === mine);
  if (own && own.meta.state !== WAITING) {
    mine = null;
    return open(own);
  }
  if (own && !document.querySelector("[data-kept]")) show(piece("kept"));
  const others = kept.filter((one) => one.id !== mine);
  const place = document.getElementById("ev-here");
  place.replaceChildren(...others.map(notice));
}

function notice(one) {
  const made = piece("report");
  const says = { [WAITING]: "waiting", [SENT]: "sent", [REFUSED]: "refused" }[one.meta.state];
  made.querySelector("[data-says]").textContent = say(says, { time: time(one.meta.at) });
  const button = made.querySelector("[data-open]");
  button.hidden = one.meta.state === WAITING;
  button.textContent = one.meta.state === SENT ? say("receipt") : say("mend");
  button.addEventListener("click", () => open(one));
  return made;
}

// The answer to a report. Once it is seen nothing of it stays here; one that was refused stays until it is sent anew.
async function open({ id, meta, body }) {
  if (meta.state === REFUSED && !meta.page) return mend(id, meta, body);
  answered(meta, id);
  if (meta.state === SENT) await vault.drop(vault.REPORTS, id);
  look();
}

// A report that the service cannot even read goes back to its form as a draft.
async function mend(id, { address, door, type }, body) {
  const data = await new Response(body, { headers: { "Content-Type": type } }).formData();
  const entries = [...data].filter(([, value]) => typeof value === "string");
  await vault.put(vault.DRAFTS, door, { at: new Date().toISOString(), entries });
  await vault.drop(vault.REPORTS, id);
  location.replace(address);
}

function answered({ state, page, album: photos }, id) {
  show(page ? fragment(page) : piece(state === SENT ? "arrived" : "unread"));
  // Whose poster led here has done its work, and need not stand above the receipt.
  if (state === SENT) history.replaceState(null, "", document.querySelector(".ev-name").href);
  if (state !== REFUSED) return;
  const form = document.querySelector("[data-form]");
  if (form && id) form.dataset.refused = id;
  if (form && photos) form.dataset.album = photos;
  dress(document.getElementById("main"));
  document.querySelector(".govuk-error-summary")?.focus();
}
