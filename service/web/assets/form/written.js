// When an answer about time was tapped ("just now") is when it counts from, not when the page was made.
export function noteWhenWritten() {
  document.addEventListener("change", (event) => {
    const field = event.target.form?.elements._written_at;
    if (field && (event.target.name === "ask_began" || event.target.name === "happening")) {
      field.value = `${new Date().toISOString().slice(0, 16)}Z`;
    }
  });
}
