// The clocks of the page after a report about spiking. The server wrote what is left; this makes it tick.
// By the server's time, since a telephone's own may be wrong.
const MINUTE = 60_000;
const ahead = new WeakMap();

function tick() {
  for (const list of document.querySelectorAll("[data-countdown]")) {
    if (!ahead.has(list)) ahead.set(list, Date.parse(list.dataset.now) - Date.now());
    const now = Date.now() + ahead.get(list);
    for (const shown of list.querySelectorAll("[data-act-by]")) {
      const text = left(Math.floor((Date.parse(shown.dataset.actBy) - now) / MINUTE), list.dataset);
      if (shown.textContent !== text) shown.textContent = text;
    }
  }
}

function left(minutes, texts) {
  if (minutes <= 0) return texts.none;
  if (minutes >= 2880) return put(texts.days, { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60) });
  if (minutes >= 60) return put(texts.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  return put(texts.minutes, { minutes });
}

function put(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

export function countDown() {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
