// What this site keeps on the device: sealed with a key that this browser made and that no script can read out. Whoever
// can use this browser can have it opened by these pages; whoever reads the files alone cannot. Used by pages and by
// the service worker.
const NAME = "evenlode";
const KEYS = "keys";
export const REPORTS = "reports";
export const DRAFTS = "drafts";
export const MARKS = "marks";
export const PHOTOS = "photos";
const STORES = [REPORTS, DRAFTS, MARKS, PHOTOS];
const LINE = "evenlode-kept";

// Whether nothing is kept, as far as this page knows: undefined until it has looked. Leaving cannot wait for an answer.
export const known = { nothing: undefined };
if (globalThis.document && globalThis.BroadcastChannel) {
  new BroadcastChannel(LINE).addEventListener("message", (event) => { known.nothing = event.data; });
}

function tell(nothing) {
  known.nothing = nothing;
  const line = new BroadcastChannel(LINE);
  line.postMessage(nothing);
  line.close();
}

export function usable() {
  return Boolean(globalThis.indexedDB && globalThis.crypto?.subtle && crypto.randomUUID);
}

// One at a time among all pages and the worker of this site. An old browser without locks goes ahead: what is sent twice
// has the same Idempotency-Key and counts once.
export function alone(name, work) {
  return globalThis.navigator?.locks ? navigator.locks.request(`evenlode-${name}`, work) : work();
}

// Keep bytes and what is known of them under an id; with `only` set, only where something is kept under it already.
export function put(store, id, meta, body = new Uint8Array(), only = false) {
  return writing(async (db) => {
    if (only && !(await done(db.transaction(store).objectStore(store).getKey(id)))) return;
    const sealed = await seal(await keyOf(db), store, id, meta, body);
    const change = db.transaction(store, "readwrite", { durability: "strict" });
    change.objectStore(store).put(sealed, id);
    await finished(change);
  });
}

export function drop(store, id) {
  return writing(async (db) => {
    const change = db.transaction(store, "readwrite");
    change.objectStore(store).delete(id);
    await finished(change);
  });
}

// What is kept under an id, or null when there is nothing or it cannot be opened any more.
export async function get(store, id) {
  return reading(async (db) => {
    const sealed = await done(db.transaction(store).objectStore(store).get(id));
    return sealed ? opened(await keyOf(db), store, id, sealed) : null;
  }, null);
}

// Everything of one store, the oldest first.
export async function all(store) {
  return reading(async (db) => {
    const found = [];
    for (const id of await done(db.transaction(store).objectStore(store).getAllKeys())) {
      const sealed = await done(db.transaction(store).objectStore(store).get(id));
      const kept = sealed && (await opened(await keyOf(db), store, id, sealed));
      if (kept) found.push({ id, ...kept });
    }
    return found.sort((one, other) => (one.meta.at < other.meta.at ? -1 : 1));
  }, []);
}

export async function isEmpty() {
  known.nothing = await reading(empty, true);
  return known.nothing;
}

async function empty(db) {
  const counts = STORES.map((store) => done(db.transaction(store).objectStore(store).count()));
  return (await Promise.all(counts)).every((count) => count === 0);
}

// To look must leave no trace: where there is nothing, no database is made.
async function reading(work, otherwise) {
  if (!usable()) return otherwise;
  try {
    if (indexedDB.databases && !(await indexedDB.databases()).some((one) => one.name === NAME)) return otherwise;
    const db = await open();
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } catch {
    return otherwise;
  }
}

// The last thing that goes takes the key and the database along.
function writing(work) {
  return alone("store", async () => {
    const db = await open();
    let nothing = false;
    try {
      await work(db);
      nothing = await empty(db);
    } finally {
      db.close();
    }
    tell(nothing);
    if (nothing && globalThis.navigator?.locks) await done(indexedDB.deleteDatabase(NAME));
  });
}

async function open() {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    for (const store of [KEYS, ...STORES]) asked.result.createObjectStore(store);
  };
  const db = await done(asked);
  // Whoever wipes does not wait for us.
  db.onversionchange = () => db.close();
  return db;
}

async function keyOf(db) {
  const kept = await done(db.transaction(KEYS).objectStore(KEYS).get("own"));
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const store = db.transaction(KEYS, "readwrite").objectStore(KEYS);
  const first = await done(store.get("own"));
  if (first) return first;
  await done(store.put(made, "own"));
  return made;
}

// Sealed for its own place, so that nothing can be put in place of something else.
function placed(store, id, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${store}/${id}`) };
}

async function seal(key, store, id, meta, body) {
  const head = new TextEncoder().encode(JSON.stringify(meta));
  const plain = new Uint8Array(4 + head.length + body.length);
  new DataView(plain.buffer).setUint32(0, head.length);
  plain.set(head, 4);
  plain.set(body, 4 + head.length);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt(placed(store, id, iv), key, plain) };
}

async function opened(key, store, id, { iv, bytes }) {
  try {
    const plain = new Uint8Array(await crypto.subtle.decrypt(placed(store, id, iv), key, bytes));
    const end = 4 + new DataView(plain.buffer).getUint32(0);
    return { meta: JSON.parse(new TextDecoder().decode(plain.subarray(4, end))), body: plain.slice(end) };
  } catch {
    return null;
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => resolve(undefined);
  });
}

function finished(change) {
  return new Promise((resolve, reject) => {
    change.oncomplete = resolve;
    change.onerror = change.onabort = () => reject(change.error);
  });
}
