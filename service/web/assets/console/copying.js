// A button that copies the text of a field beside it. Without a script the text can be selected by hand.
export function copying() {
  for (const button of document.querySelectorAll("button[data-copies]")) {
    const field = document.getElementById(button.dataset.copies);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      await navigator.clipboard.writeText(field.value);
      document.getElementById(button.dataset.said).textContent = "Copied.";
    });
  }
}
