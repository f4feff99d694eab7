// The pages of the forms stay on the device to open without coverage, where the page says that they may: always all of
// them, so that what is there does not tell which was used.
export async function keepPages() {
  const pages = document.querySelector("meta[name='ev-pages']")?.content;
  if (!pages || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/worker.js");
    (await navigator.serviceWorker.ready).active.postMessage({ pages });
  } catch { /* without it the pages need a network, and nothing else changes */ }
}
