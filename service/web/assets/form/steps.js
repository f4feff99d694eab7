// One step at a time, and the answers checked at the end. A form on one page is a single step. What was not asked is
// switched off, so that nothing of it is sent.
import { check } from "./check.js";
import { focusOn, piece, say } from "./says.js";

export function takeSteps(form) {
  const sections = [...form.querySelectorAll("[data-step]")];
  const onePage = "onePage" in form.dataset;
  const checked = !onePage || "checked" in form.dataset;
  const send = form.querySelector("[data-send]");
  const place = form.elements._step;
  const main = document.getElementById("main");
  let at = 0;
  let returning = false;

  const controls = piece("steps");
  const back = controls.querySelector("[data-back]");
  const count = controls.querySelector("[data-count]");
  const next = controls.querySelector("[data-next]");
  const answers = controls.querySelector("[data-check]");
  form.before(back);
  form.querySelector("[data-steps]").before(count);
  form.querySelector("[data-steps]").append(answers);
  send.before(next);
  if (checked) send.value = "send";
  if (checked) send.textContent = say("send");

  // Every page of the form that is asked now: the sections it shows.
  function pages() {
    const asked = sections.filter((section) => !section.dataset.off);
    return onePage ? [asked] : asked.map((section) => [section]);
  }

  function ask() {
    for (const section of sections) {
      const { onlyIf, onlyIfValues } = section.dataset;
      const off = Boolean(onlyIf) && !chosen(form, onlyIf).some((value) => onlyIfValues.split(" ").includes(value));
      section.dataset.off = off ? "yes" : "";
      for (const field of section.querySelectorAll("input, textarea, select, button")) field.disabled = off;
    }
  }

  function render() {
    ask();
    const all = pages();
    at = Math.min(at, checked ? all.length : all.length - 1);
    const checking = at === all.length;
    for (const section of sections) section.hidden = checking || !all[at].includes(section);
    answers.hidden = !checking;
    if (checking) check(form, answers, change);
    back.hidden = at === 0;
    next.hidden = !checked || checking;
    send.hidden = checked && !checking;
    // A number of one says nothing, and a form on one page has no more.
    count.hidden = onePage || checking;
    const says = say("count", { at: at + 1, of: all.length });
    if (!count.hidden && count.textContent !== says) count.textContent = says;
    main.classList.toggle("ev-begun", at > 0);
    if (place) place.value = checking ? "" : all[at][0].dataset.step;
  }

  function go(to) {
    at = to;
    render();
    scrollTo(0, 0);
    const shown = at === pages().length ? answers : pages()[at][0];
    focusOn(shown.querySelector("h2, legend, label") ?? shown);
  }

  function change(field) {
    returning = true;
    show(field);
  }

  // Show the step that a field is in, and go to the field.
  function show(field) {
    const found = pages().findIndex((page) => page.some((section) => section.contains(field)));
    if (found >= 0) go(found);
    field.focus();
  }

  function onward() {
    if (!told(form)) return false;
    go(returning ? pages().length : at + 1);
    returning = false;
    return true;
  }

  next.addEventListener("click", onward);
  back.addEventListener("click", () => {
    returning = false;
    go(at - 1);
  });
  form.addEventListener("change", () => {
    ask();
    if (onePage) render();
    else if (!count.hidden) count.textContent = say("count", { at: at + 1, of: pages().length });
  });
  // The links of an error summary lead into steps that may not be showing.
  main.querySelector(".govuk-error-summary")?.addEventListener("click", (event) => {
    const field = event.target.closest("a[href^='#']") && document.getElementById(event.target.closest("a").hash.slice(1));
    if (field) show(field);
  }, { capture: true });

  function start() {
    const wrong = form.querySelector(".govuk-form-group--error");
    const started = sections.findIndex((section) => (wrong ? section.contains(wrong) : section.dataset.step === place?.value));
    ask();
    at = Math.max(0, pages().findIndex((page) => page.includes(sections[started])));
    render();
  }

  start();
  return {
    // Whether all was checked that is to be checked; if not, goes on instead.
    ready() {
      if (!checked || at === pages().length) return told(form, show);
      onward();
      return false;
    },
    onward: () => checked && !next.hidden && onward(),
    start,
  };
}

function chosen(form, name) {
  return [...form.elements]
    .filter((field) => field.name === name && !field.disabled && (field.checked || !/radio|checkbox/.test(field.type)))
    .map((field) => field.value);
}

// Nothing is compulsory but what happened. Before the answers are checked there may be more to come, so it is asked for
// only where it must be there (`show` is given), or where every question that could tell it has been passed.
function told(form, show) {
  const names = form.dataset.telling.split(" ");
  const fields = [...form.elements].filter((field) => names.includes(field.name));
  const says = fields.some((field) => (/radio|checkbox/.test(field.type) ? field.checked : field.value.trim()));
  const last = fields.at(-1)?.closest("[data-step]");
  if (says || !fields.length || (!show && (last.hidden || last.dataset.off))) {
    form.querySelector("[data-untold]")?.remove();
    return true;
  }
  const first = fields.find((field) => !field.closest("[data-step]").hidden) ?? fields[0];
  show?.(first);
  const group = first.closest(".govuk-form-group");
  if (!group.querySelector("[data-untold]")) {
    const fault = document.createElement("p");
    fault.className = "govuk-error-message";
    fault.dataset.untold = "";
    fault.setAttribute("role", "alert");
    fault.textContent = say("untold");
    group.prepend(fault);
  }
  first.focus();
  return false;
}
