// The clocks of the page after a report about spiking. The server wrote until when to act and what is left; this makes
// them tick, and lets "tomorrow" become "today".
const MINUTE = 60_000;
const DAY = 1440;
const ZONE = "Europe/London";
const behind = new WeakMap();

function tick() {
  for (const list of document.querySelectorAll("[data-countdown]")) {
    // A telephone whose clock is behind is put right by the server's. One that is ahead is not: the page may have lain
    // unseen since the server made it, and then what it says is what is too late.
    if (!behind.has(list)) behind.set(list, Math.max(0, Date.parse(list.dataset.now) - Date.now()));
    const now = Date.now() + behind.get(list);
    for (const shown of list.querySelectorAll("[data-act-by]")) {
      const end = Date.parse(shown.dataset.actBy);
      write(shown, left(Math.floor((end - now) / MINUTE), list.dataset));
      write(shown.parentElement.querySelector("[data-by]"), by(end, now, list.dataset));
    }
  }
}

function write(shown, text) {
  if (shown.textContent !== text) shown.textContent = text;
}

function left(minutes, texts) {
  if (minutes <= 0) return texts.leftNone;
  const units = JSON.parse(texts.units);
  const form = new Intl.PluralRules(document.documentElement.lang);
  const counted = (unit, num) => put(units[unit][form.select(num)] ?? units[unit].other, { num });
  if (minutes >= 2 * DAY) {
    const hours = Math.floor((minutes % DAY) / 60);
    return put(texts.leftDays, { days: counted("days", Math.floor(minutes / DAY)), hours: counted("hours", hours) });
  }
  const shown = { hours: counted("hours", Math.floor(minutes / 60)), minutes: counted("minutes", minutes % 60) };
  return put(minutes >= 60 ? texts.leftHours : texts.leftMinutes, shown);
}

function by(end, now, texts) {
  const language = document.documentElement.lang;
  const time = written("en-GB", end, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const text = { 0: texts.byToday, 1: texts.byTomorrow }[day(end) - day(now)] ?? texts.byDay;
  return `${put(text, { time, day: written(language === "en" ? "en-GB" : language, end, { weekday: "long", day: "numeric", month: "long" }) })}:`;
}

// Which day it is in London, as a number.
function day(moment) {
  return Date.parse(written("en-CA", moment, { year: "numeric", month: "2-digit", day: "2-digit" })) / (DAY * MINUTE);
}

function written(language, moment, parts) {
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: ZONE }).format(moment).replace(",", "");
}

function put(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

export function countDown() {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
