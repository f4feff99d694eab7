// The service worker: pages of the forms and their files without a network, and reports that go when coverage is back.
// It keeps no answer to what was sent, and no page that shows somebody's report.
import { send as sendPhotos } from "./form/album.js";
import { flush, SYNC } from "./form/outbox.js";

const FILES = "files";
const PAGES = "pages";
const PATIENCE_MS = 5000;
const STATIC = "/static/";
const PLACE_MAP = "/place-map.json";
// Put in by the build: every script, style and picture that the pages of the forms ask for.
const BUILT = FILES_OF_THE_PAGES;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const files = await caches.open(FILES);
  await files.addAll(BUILT.map((name) => STATIC + name));
  await self.skipWaiting();
}

// A new version of the pages asks for other files: the pages are fetched anew before the files of old go.
async function activate() {
  await self.clients.claim();
  const known = (await (await caches.open(PAGES)).keys()).map((request) => new URL(request.url).pathname);
  if (!(await keep(known))) return;
  const files = await caches.open(FILES);
  for (const request of await files.keys()) {
    if (!BUILT.includes(new URL(request.url).pathname.slice(STATIC.length))) await files.delete(request);
  }
}

self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.pages)) event.waitUntil(keep(event.data.pages));
});

async function keep(paths) {
  const pages = await caches.open(PAGES);
  const got = await Promise.all(paths.map(async (path) => {
    try {
      const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
      if (answer.ok && !answer.redirected) await pages.put(path, answer);
      return answer.ok;
    } catch {
      return false;
    }
  }));
  return got.every(Boolean);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (request.mode === "navigate" || pathname === PLACE_MAP) event.respondWith(page(request, pathname));
});

async function file(request) {
  return (await caches.match(request, { cacheName: FILES })) ?? fetch(request);
}

// From the network where there is one, since a page may say something new; a line that hangs is no network.
async function page(request, pathname) {
  const kept = await caches.match(plain(pathname), { cacheName: PAGES });
  if (!kept) return fetch(request);
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: stop.signal });
    return answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  } finally {
    clearTimeout(patience);
  }
}

// The address behind a poster's: whose poster it was is not kept on the device.
function plain(pathname) {
  return pathname.replace(/\/t\/[^/]+$/, "/taxi").replace(/\/v\/[^/]+/, "/venue");
}

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC) event.waitUntil(send());
});

// A sync that fails is tried again by the browser.
async function send() {
  const { left } = await flush();
  const photos = await sendPhotos();
  if (left || photos.left) throw new Error("still waiting");
}
