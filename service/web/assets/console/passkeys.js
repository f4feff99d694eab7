// Passkeys: asks the service what to ask the browser, and hands the answer back. Texts come from the page.
const token = () => document.querySelector('meta[name="evenlode-token"]').content;

async function call(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Evenlode-Token": token() },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function show(asFactor, next) {
  const options = await call("/desk/sign-in/passkey/options", { as_factor: asFactor });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  return call("/desk/sign-in/passkey", { credential: credential.toJSON(), next });
}

async function make(name) {
  const options = await call("/desk/me/passkeys/options", {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  return call("/desk/me/passkeys", { name, credential: credential.toJSON() });
}

export function passkeys() {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const said = document.querySelector("[data-passkey-said]");
  for (const one of document.querySelectorAll("[data-passkey-new]")) one.hidden = false;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.hidden = true;
      button.disabled = true;
      try {
        const kind = button.dataset.passkey;
        const next = new URLSearchParams(button.dataset.next || "").get("next");
        const { to } =
          kind === "new" ? await make(document.getElementById("passkey-name").value) : await show(kind === "factor", next);
        location.assign(to);
      } catch (fault) {
        // The browser's own words for "cancelled" help nobody; the service's do.
        said.textContent = fault instanceof DOMException || !fault.message ? button.dataset.failed : fault.message;
        said.hidden = false;
        button.disabled = false;
      }
    });
  }
}
