// When an answer about time was tapped ("just now") is when it counts from, not when the page was made: that may be days
// ago, where the page was opened without a network.
const ASKED = ["ask_began", "happening"];

export function noteWhenWritten() {
  document.addEventListener("change", (event) => {
    const field = event.target.form?.elements._written_at;
    const timed = field && [...event.target.form.elements].some((one) => ASKED.includes(one.name) && one.checked);
    if (field && (ASKED.includes(event.target.name) || !timed)) field.value = `${new Date().toISOString().slice(0, 16)}Z`;
  });
}
