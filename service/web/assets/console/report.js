// A report's page: its buttons open what they lead to, and its keys. Everything is there without.
import { shortcuts } from "./keys.js";

export function report() {
  const page = document.querySelector("[data-report]");
  if (!page) return;
  for (const link of page.querySelectorAll("[data-opens]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(document.getElementById(link.dataset.opens));
    });
  }
  const list = [...page.querySelectorAll("[data-key-press]")].map((button) => ({
    keys: [button.dataset.keyPress], says: button.textContent.trim(), act: () => button.click(),
  }));
  for (const box of page.querySelectorAll("[data-key-act]")) {
    list.push({ keys: [box.dataset.keyAct], says: box.querySelector("summary").textContent, act: () => open(box) });
  }
  list.push(
    { keys: ["j"], says: "Next report of the queue", act: () => step(page, 1) },
    { keys: ["k"], says: "Report before it in the queue", act: () => step(page, -1) },
    { keys: ["u"], says: "Back to the queue", act: () => page.querySelector("[data-key-back]").click() },
  );
  shortcuts(list);
}

function open(box) {
  for (let outer = box; outer; outer = outer.parentElement.closest("details")) outer.open = true;
  const first = box.querySelector("select, textarea, input:not([type=hidden])");
  first?.focus();
  first?.scrollIntoView({ block: "center" });
}

// The queue as it is now: what one works on may have moved, or left it, and then one begins at its start.
async function step(page, by) {
  const answer = await fetch("/v1/queue", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { items } = await answer.json();
  const own = items.findIndex((one) => one.reference === page.dataset.report && one.team === page.dataset.team);
  const next = items[own < 0 ? 0 : own + by];
  if (next) location.assign(`/desk/reports/${next.reference}?team=${encodeURIComponent(next.team)}`);
}
