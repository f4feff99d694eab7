// Reports on their way: kept first, sent from there, and repeated with the same bytes and the same Idempotency-Key until
// the service has answered. Used by pages and by the service worker.
import * as album from "./album.js";
import * as vault from "./vault.js";

export const WAITING = "waiting";
export const SENT = "sent";
export const REFUSED = "refused";
export const SYNC = "send";
const LINE = "evenlode";
const PATIENCE_MS = 30_000;
const SLOWEST_BYTES_A_MS = 10;
const TICKET_LIVES_MS = 50 * 60_000;
// What repeating the same bytes cannot mend. Anything else may be a proxy, a captive portal or a bad moment.
const FOR_GOOD = [400, 413, 415, 422];

// Keep a report to be sent. Returns its id on this device, which nobody else gets to know.
export async function keep(report) {
  const { body, ...meta } = report;
  const id = crypto.randomUUID();
  await vault.put(vault.REPORTS, id, { ...meta, state: WAITING }, body);
  return id;
}

// Send everything that waits, one sender at a time among all pages and the worker. Returns how many still wait, and for
// how many seconds the service asked to be left alone.
export function flush() {
  return vault.alone("send", async () => {
    let left = 0;
    let wait = 0;
    // The newest first: somebody may be waiting before the screen for it.
    for (const { id, meta, body } of (await vault.all(vault.REPORTS)).reverse()) {
      if (meta.state !== WAITING) continue;
      const { receipt, ...answer } = await attempt({ ...meta, body });
      if (meta.album && answer.state === SENT) await album.handOver(meta.album, receipt);
      if (answer.state === WAITING) {
        left += 1;
        wait = Math.max(wait, answer.wait ?? 0);
        if (answer.ticket) await vault.put(vault.REPORTS, id, { ...meta, ...waited(meta, answer) }, body, true);
      } else {
        // What was written stays only where it has to be mended. The answer stays until somebody has seen it, since the
        // receipt in it is given once. Nothing is put back that was wiped meanwhile.
        const rest = answer.state === REFUSED ? body : undefined;
        await vault.put(vault.REPORTS, id, { ...meta, ...answer }, rest, true);
      }
      tell();
    }
    return { left, wait };
  });
}

// One try. The state it leads to, and the part of the page that the service answered.
export async function attempt({ address, type, key, body, ticket, proof }) {
  let answer;
  let said = {};
  try {
    answer = await fetch(address, {
      method: "POST",
      body,
      headers: {
        Accept: "application/json",
        "Content-Type": type,
        "Idempotency-Key": key,
        ...(ticket && { "Evenlode-Ticket": ticket }),
        ...(proof && { "Evenlode-Proof": proof }),
      },
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: within(PATIENCE_MS + body.length / SLOWEST_BYTES_A_MS),
    });
    if (/\bjson\b/.test(answer.headers.get("content-type") ?? "")) said = await answer.json();
  } catch {
    return { state: WAITING };
  }
  if (answer.status === 201 && said.page) return { state: SENT, page: said.page, receipt: said.receipt };
  // The same key with other bytes: this report is there already, and only the answer to it is lost.
  if (said.type?.endsWith("idempotency-key-reused")) return { state: SENT };
  if (FOR_GOOD.includes(answer.status)) return { state: REFUSED, page: said.page };
  if (said.state === "work" && !proof) {
    const solved = await worked(said);
    if (solved) return attempt({ address, type, key, body, proof: solved });
  }
  return { state: WAITING, wait: Number(answer.headers.get("retry-after")) || 0, ticket: said.ticket };
}

// While its network sends much, the service asks a sender to compute something, or else to wait until its ticket is
// good. The service worker cannot load more code, and waits.
async function worked({ solver, challenge }) {
  if (!globalThis.document) return null;
  try {
    const { solve } = await import(solver);
    return await solve(challenge);
  } catch {
    return null;
  }
}

// The ticket that has been waited with longest, as long as the service takes it: a new one would have to be waited for anew.
function waited({ ticket, since }, answer) {
  return ticket && Date.now() - since < TICKET_LIVES_MS ? { ticket, since } : { ticket: answer.ticket, since: Date.now() };
}

function within(ms) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  return stop.signal;
}

// Tell every page of this site, this one too, that something has changed.
function tell() {
  const line = new BroadcastChannel(LINE);
  line.postMessage("changed");
  line.close();
}

export function onChange(listener) {
  new BroadcastChannel(LINE).addEventListener("message", listener);
}
