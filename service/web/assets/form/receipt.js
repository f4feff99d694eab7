// The receipt, to take along: copied, or as a picture that says nothing but the receipt. Listens on the document, since
// the page after sending may come in later.
export function keepReceipts() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy], [data-picture]");
    const receipt = document.querySelector("[data-receipt]")?.dataset.receipt;
    if (!button || !receipt) return;
    let said = button.dataset.done;
    try {
      if ("copy" in button.dataset) await navigator.clipboard.writeText(receipt);
      else await savePicture(receipt);
    } catch {
      said = button.dataset.failed;
    }
    document.querySelector("[data-said]").textContent = said;
  });
}

async function savePicture(receipt) {
  const groups = receipt.split("-");
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 120 + 110 * groups.length;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#0b0c0c";
  pen.font = "72px monospace";
  pen.textAlign = "center";
  groups.forEach((group, place) => pen.fillText(group, canvas.width / 2, 140 + 110 * place));
  const picture = await new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no picture"))), "image/png");
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = "note.png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
