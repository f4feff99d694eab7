// Photos of a report that waits or is on its way: sealed on the device until the service has them, and sent in pieces
// once the report is there. Each goes on from where the line broke. Used by pages and by the service worker.
import * as vault from "./vault.js";

const ADDRESS = "/v1/follow-up/files";
const LINE = "evenlode-photos";
const PIECE = 48 * 1024;
const PIECE_WITHIN_MS = 60_000;
// What sending the same photo again cannot mend: it cannot be read, there is no room, or the report is not there.
const FOR_GOOD = [400, 404, 413, 415, 422];
// Photos of which nothing can have arrived yet; of any other the service is asked first how much is there.
const fresh = new Set();

// Keep photos together under one id, which the report carries until it is sent. Null where there are none.
export async function keep(files) {
  if (!files.length) return null;
  const id = crypto.randomUUID();
  for (const [place, file] of files.entries()) {
    const meta = { at: `${new Date().toISOString()}/${place}`, album: id, key: crypto.randomUUID(), receipt: null };
    await vault.put(vault.PHOTOS, `${id}/${place}`, meta, new Uint8Array(await file.arrayBuffer()));
  }
  return id;
}

async function photosOf(id) {
  return (await vault.all(vault.PHOTOS)).filter(({ meta }) => meta.album === id);
}

export async function filesOf(id) {
  return (await photosOf(id)).map(({ body }) => new File([body], "photo.jpg", { type: "image/jpeg" }));
}

export async function drop(album) {
  for (const { id } of await photosOf(album)) await vault.drop(vault.PHOTOS, id);
}

// The report is there: from now on its photos may go. Without a receipt nobody can add anything to it.
export async function handOver(album, receipt) {
  if (!receipt) return drop(album);
  for (const { id, meta, body } of await photosOf(album)) {
    await vault.put(vault.PHOTOS, id, { ...meta, receipt }, body, true);
    fresh.add(id);
  }
  return undefined;
}

// Send what may go, one sender at a time among all pages and the worker, and tell every page of each piece. Returns how
// many photos wait for a line, for how many seconds the service asked to be left alone, how many arrived, and why some
// cannot.
export function send() {
  return vault.alone("photos", async () => {
    const going = (await vault.all(vault.PHOTOS)).filter(({ meta }) => meta.receipt);
    const result = { left: 0, wait: 0, arrived: 0, refused: [] };
    for (const [place, photo] of going.entries()) {
      const answer = await sendOne(photo, (sent) => {
        tell({ progress: { number: place + 1, of: going.length, sent, size: photo.body.length } });
      });
      if (answer.waiting) {
        result.left = going.length - place;
        result.wait = answer.wait;
        break;
      }
      if (answer.refused) result.refused.push(answer.refused);
      else result.arrived += 1;
      await vault.drop(vault.PHOTOS, photo.id);
    }
    if (going.length) tell({ result });
    return result;
  });
}

function tell(message) {
  const line = new BroadcastChannel(LINE);
  line.postMessage(message);
  line.close();
}

// How the photos go, whoever sends them: this page, another one or the worker.
export function onPhotos(listener) {
  new BroadcastChannel(LINE).addEventListener("message", (event) => listener(event.data));
}

async function sendOne({ id, meta, body }, progress) {
  // Null asks how much is there.
  let at = fresh.delete(id) ? 0 : null;
  for (;;) {
    if (at !== null) progress(at);
    const { status, said, wait } = await request(meta, body, at);
    if (status === 200 && said.file) return {};
    if (status === 200) at = said.offset;
    else if (status === 409 && at !== null) at = null;
    else if (FOR_GOOD.includes(status)) return { refused: said.detail ?? "" };
    else return { waiting: true, wait };
  }
}

// A piece from `start`; with null, only the question how much has arrived.
async function request(meta, body, start) {
  const headers = { Receipt: meta.receipt, "Idempotency-Key": meta.key, "Content-Type": "application/octet-stream" };
  headers["Upload-Length"] = String(body.length);
  if (start !== null) headers["Upload-Offset"] = String(start);
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PIECE_WITHIN_MS);
  try {
    const answer = await fetch(ADDRESS, {
      method: "POST",
      headers,
      body: start === null ? new Uint8Array() : body.subarray(start, start + PIECE),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
    });
    const said = /\bjson\b/.test(answer.headers.get("content-type") ?? "") ? await answer.json() : {};
    return { status: answer.status, said, wait: Number(answer.headers.get("retry-after")) || 0 };
  } catch {
    return { status: 0, said: {}, wait: 0 };
  } finally {
    clearTimeout(patience);
  }
}
