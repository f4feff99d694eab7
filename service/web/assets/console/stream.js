// Follows the service's events for as long as a page is open. Read with fetch and not with EventSource, which neither
// tells why it was refused nor notices a line that died in silence.
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const SILENT_MS = 40_000; // The service gives a sign of life every 15 seconds.

// `heard(event)` for each event, `open()` when the line stands, `lost()` when it broke, `ended()` when nobody is signed in
// any more. Returns `retry()`, to try at once.
export function follow(address, { heard, open, lost, ended }) {
  let current;
  let tries = 0;
  let again;

  async function connect() {
    clearTimeout(again);
    current?.abort();
    const mine = new AbortController();
    current = mine;
    let silence;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => mine.abort(), SILENT_MS);
    };
    try {
      alive();
      const answer = await fetch(address, { headers: { Accept: "text/event-stream" }, signal: mine.signal, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) return ended();
      if (!answer.ok) throw new Error(`${answer.status}`);
      tries = 0;
      open();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        alive();
        const blocks = (rest + value).split(/\r?\n\r?\n/);
        rest = blocks.pop();
        for (const event of blocks.map(read).filter(Boolean)) {
          if (event.kind === "ended") return ended();
          heard(event);
        }
      }
    } catch {
      // Broken, refused or silent: all are tried again.
    } finally {
      clearTimeout(silence);
    }
    if (current !== mine) return undefined;
    lost();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
    tries += 1;
    // Not all at the same moment, when it was the service that was away.
    again = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    return undefined;
  }

  window.addEventListener("online", connect);
  window.addEventListener("offline", () => current?.abort());
  connect();
  return connect;
}

function read(block) {
  const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n").trim();
  return data ? JSON.parse(data) : null;
}
