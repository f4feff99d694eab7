// Leaving at once: the page goes blank, what this site keeps on the device is wiped, and another site takes the page's
// place in the history, so that the back button does not lead here again.
import { isEmpty, known } from "./vault.js";
import { ExitThisPage } from "govuk-frontend/dist/govuk/components/exit-this-page/exit-this-page.mjs";

const PATIENCE_MS = 300;
const OWN_EXIT = "/leave";

export class Leave extends ExitThisPage {
  // Takes the place of the component's own way out, which would leave this page one step back in the history.
  exitPage() {
    const to = this.$root.dataset.to;
    document.title = "";
    document.body.replaceChildren();
    const wiped = forget();
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    Promise.race([wiped, patience]).finally(() => location.replace(to));
  }
}

// What somebody chose to keep, and a report that is not sent yet, stay behind, sealed: without them a report would be
// lost. Everything else goes, and where there is nothing of that kind, everything.
async function forget() {
  if (known.nothing ?? (await isEmpty())) return wipe();
  clearStorage();
  return undefined;
}

function clearStorage() {
  for (const store of ["localStorage", "sessionStorage"]) {
    try { window[store].clear(); } catch { /* a browser that keeps nothing has nothing to wipe */ }
  }
}

// Everything of this site: whoever keeps a store open can close it on "evenlode:wipe" and hand over a promise.
export function wipe() {
  const waits = [];
  document.dispatchEvent(new CustomEvent("evenlode:wipe", { detail: waits }));
  clearStorage();
  // Over the network as well, since the browser then wipes what a script cannot reach, such as its cache. It goes on
  // after the page is gone.
  fetch(OWN_EXIT, { method: "POST", keepalive: true }).catch(() => {});
  return Promise.allSettled([...waits, dropDatabases(), dropCaches(), dropWorkers()]);
}

async function dropDatabases() {
  const known = (await window.indexedDB?.databases?.()) ?? [];
  await Promise.allSettled(known.map(({ name }) => new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  })));
}

async function dropCaches() {
  const names = (await window.caches?.keys()) ?? [];
  await Promise.allSettled(names.map((name) => caches.delete(name)));
}

async function dropWorkers() {
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.allSettled(workers.map((worker) => worker.unregister()));
}

// Pages of this site follow each other in one place of the history, so that there is one place to leave. A form that
// the browser itself sends makes a new one: what it leaves behind becomes the way out.
export function keepOnePlace() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    event.preventDefault();
    location.replace(link.href);
  });
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) history.replaceState(null, "", `${OWN_EXIT}?back`);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && location.pathname === OWN_EXIT) location.replace(location.href);
  });
}
