// Passkeys: the browser lets a device of this person sign what the console asks. Without this script the six digits do.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

// What the console asks, with bytes where browsers want bytes.
function read(asked) {
  const read = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) read.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.excludeCredentials) read.excludeCredentials = named(asked.excludeCredentials);
  if (asked.allowCredentials) read.allowCredentials = named(asked.allowCredentials);
  return read;
}

// What the device answers, as text.
function written(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

// <form data-passkey="get|create" data-challenge="/console/..." data-host="...">: shown where passkeys work, and sent with the
// answer of the device. [data-refused] says when there is none.
document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!window.PublicKeyCredential || location.hostname !== form.dataset.host) return;
  form.hidden = false;
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const told = form.querySelector("[data-refused]");
    told.textContent = "";
    try {
      const key = form.querySelector("[name=key]");
      const body = new URLSearchParams(key ? { key: key.value } : {});
      const asked = await fetch(form.dataset.challenge, { method: "POST", body, credentials: "same-origin" });
      const publicKey = read(await asked.json());
      const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.querySelector("[name=answer]").value = written(made);
      form.submit();
    } catch {
      told.textContent = told.dataset.refused;
      busy = false;
    }
  });
});
