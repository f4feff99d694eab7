// The code of a link in an e-mail stands behind the #, which no server is sent before somebody opens it here. What looks
// for links in mail by itself gets to see at most what the link asks, and has answered nothing.
export function acknowledge() {
  const form = document.querySelector("form[data-acknowledge]");
  const code = location.hash.slice(1);
  if (!form || !code) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = code;
  form.requestSubmit();
}
