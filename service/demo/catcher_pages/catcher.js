// Shows new items without reloading; leaves the page alone while nothing changed or nobody looks.
"use strict";
let shown = document.getElementById("content").innerHTML;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("content");
    if (fresh.innerHTML === shown) return;
    shown = fresh.innerHTML;
    const here = document.activeElement && document.activeElement.getAttribute("href");
    document.getElementById("content").replaceWith(document.adoptNode(fresh));
    if (here) document.querySelector(`main a[href="${CSS.escape(here)}"]`)?.focus();
  } catch {
    // The catcher is restarting; the next turn finds it.
  }
}, 2000);
