// Reports that are selected, and the bar of what can be done with all of them, which shows while there are any.
const picks = () => [...document.querySelectorAll("[data-pick]")];

export function selection() {
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-pick-all]")) for (const one of picks()) one.checked = target.checked;
    if (target.matches("[data-pick], [data-pick-all]")) selected();
  });
  const none = document.querySelector("[data-pick-none]");
  none.hidden = false;
  none.addEventListener("click", () => {
    for (const one of picks()) one.checked = false;
    selected();
  });
  document.getElementById("do").addEventListener("reset", () => queueMicrotask(selected));
  selected();
}

// After a change of the selection, or of the rows.
export function selected() {
  const bar = document.getElementById("do");
  const all = picks();
  const count = all.filter((one) => one.checked).length;
  bar.hidden = !count;
  bar.querySelector("[data-selected]").textContent = count === 1 ? "1 report selected" : `${count} reports selected`;
  const box = document.querySelector("[data-pick-all]");
  if (!box) return;
  box.checked = count > 0 && count === all.length;
  box.indeterminate = count > 0 && count < all.length;
}
