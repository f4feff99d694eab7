// The service worker: pages of the forms and their files without a network, and reports that go when coverage is back.
// It keeps no answer to what was sent, and no page that shows somebody's report.
import { send as sendPhotos } from "./form/album.js";
import { flush, SYNC } from "./form/outbox.js";

const FILES = "files";
const PAGES = "pages";
const PATIENCE_MS = 5000;
const STATIC = "/static/";
const PLACE_MAP = "/place-map.json";
const BUNDLE = "/kept-pages";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data?.pages?.endsWith(BUNDLE)) event.waitUntil(keep(event.data.pages));
});

// All pages of a language come in one answer, since they have most of their text in common. Other languages that are
// kept are looked at as well: then what no page asks for any more can go.
async function keep(bundle) {
  // Opened once: what is put into them after a wipe is gone with them.
  const [pages, files] = [await caches.open(PAGES), await caches.open(FILES)];
  const known = (await pages.keys()).map((request) => new URL(request.url).pathname).filter((path) => path.endsWith(BUNDLE));
  const asked = new Set();
  for (const address of new Set([...known, bundle])) {
    for (const file of await unpack(address, pages, files)) asked.add(file);
  }
  for (const request of await files.keys()) {
    if (!asked.has(new URL(request.url).pathname)) await files.delete(request);
  }
}

// The files come first and the note of what was unpacked last, so that whatever is noted is there.
async function unpack(address, pages, files) {
  const noted = (await (await pages.match(address))?.json()) ?? { mark: "", files: [] };
  try {
    const answer = await fetch(address, { credentials: "omit", cache: "no-store", headers: { "If-None-Match": noted.mark } });
    if (!answer.ok) return noted.files;
    const got = await answer.json();
    await Promise.all(got.files.map(async (file) => (await files.match(file)) ?? files.add(file)));
    for (const { path, type, text } of got.pages) await pages.put(path, new Response(text, { headers: headersOf(answer, type) }));
    await pages.put(address, new Response(JSON.stringify({ mark: answer.headers.get("etag"), files: got.files })));
    return got.files;
  } catch {
    return noted.files;
  }
}

// A page may do what it may when it comes by itself: the headers that say so are those of the bundle.
function headersOf(answer, type) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "etag", "vary"]) headers.delete(name);
  headers.set("content-type", type);
  return headers;
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
