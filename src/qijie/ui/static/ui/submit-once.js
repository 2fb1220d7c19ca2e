// @ts-check
// One press, one matter. A form marked data-submit-once carries a key made here in its hidden
// input [data-submit-key], so the server knows a repeat; further presses wait until the first
// one has an answer, and are allowed again when it failed. Back after sending finds the same key,
// and the server says whether that form went and where its receipt stands; other words written into
// a form that went are another one, with a key of their own.

/** A version 4 UUID; crypto.randomUUID is missing on plain http. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @param {HTMLFormElement | undefined} form @returns {HTMLInputElement | null} */
const keyOf = (form) => form?.querySelector("input[data-submit-key]") ?? null;
const ours = () => /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form[data-submit-once]")]);

/** @param {HTMLFormElement} form */
function giveKey(form) {
  const key = keyOf(form);
  if (key && !key.value) key.value = newKey();
}

/** What follows an accepted submission in the same form is another matter. @param {HTMLFormElement} form */
function renewKey(form) {
  const key = keyOf(form);
  if (key) key.value = newKey();
  noteSent(form, "");
}

/** Kept with this entry of the history, where Back finds it again. @param {HTMLFormElement} form @param {string} key */
function noteSent(form, key) {
  const sentForms = { ...history.state?.sentForms, [ours().indexOf(form)]: key };
  history.replaceState({ ...history.state, sentForms }, "");
}

/** @param {HTMLFormElement} form @param {string} key */
async function tellIfItWent(form, key) {
  const address = new URL(form.getAttribute("action") || location.href, location.href);
  try {
    const answer = await fetch(address, { cache: "no-store", headers: { "X-Form-Key": key } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = page.querySelector("[data-form-sent]");
    if (told && !form.querySelector("[data-form-sent]")) form.prepend(document.importNode(told, true));
    if ("rewritten" in form.dataset) beginAnother(form);
  } catch {
    // Not reached: the key tells the server as soon as the form is sent.
  }
}

/** What is written into a form that went is sent as another one. @param {HTMLFormElement} form */
function beginAnother(form) {
  const told = form.querySelector("[data-form-sent]:not([data-another])");
  if (!told) return;
  told.setAttribute("data-another", "");
  renewKey(form);
}

/** @param {Event} event */
function onRewritten(event) {
  if (!(event.target instanceof HTMLTextAreaElement)) return;
  const form = formOf(event);
  if (!form) return;
  form.dataset.rewritten = "";
  beginAnother(form);
}

/** A page opened from the history sends what it sent before, not a second one. */
function lookBack() {
  for (const [place, key] of Object.entries(history.state?.sentForms ?? {})) {
    const form = ours()[Number(place)];
    const field = keyOf(form);
    if (!key || !field) continue;
    field.value = key;
    form.addEventListener("input", onRewritten);
    void tellIfItWent(form, key);
  }
}

/** @param {HTMLFormElement} form */
function showSending(form) {
  const shown = document.createElement("div");
  shown.className = "sending";
  shown.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = "正在提交，请稍候…";
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "提交进度");
  shown.append(words, bar);
  form.append(shown);
}

/** @param {HTMLFormElement} form */
function hold(form) {
  form.dataset.sending = "";
  form.setAttribute("aria-busy", "true");
  showSending(form);
}

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
  for (const shown of form.querySelectorAll(":scope > .sending")) shown.remove();
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-submit-once]")) return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  giveKey(form);
  noteSent(form, keyOf(form)?.value ?? "");
  hold(form);
  setTimeout(() => {
    const isOnItsWay = form.matches("[hx-post], [data-on-its-way]");
    if (event.defaultPrevented && !isOnItsWay) release(form);
  });
}

/** @param {Event} event @returns {HTMLFormElement | null} */
function formOf(event) {
  return event.target instanceof Element ? event.target.closest("form[data-submit-once]") : null;
}

/** @param {Event} event */
function onAnswer(event) {
  const form = formOf(event);
  if (!form) return;
  release(form);
  const { successful, goesOn, xhr } = /** @type {CustomEvent} */ (event).detail ?? {};
  // On the way to another page the key stays: Back and once more is the same form.
  if (successful && !goesOn && !xhr?.getResponseHeader("HX-Redirect")) renewKey(form);
}

/** @param {Event} event */
function onProgress(event) {
  const bar = formOf(event)?.querySelector("progress");
  const { loaded, total } = /** @type {CustomEvent} */ (event).detail;
  if (bar && total) bar.value = loaded / total;
}

function releaseAll() {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    release(/** @type {HTMLFormElement} */ (form));
  }
}

document.addEventListener("submit", onSubmit, { capture: true });
for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout", "htmx:abort"]) {
  document.addEventListener(name, onAnswer);
}
document.addEventListener("htmx:xhr:progress", onProgress);
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  releaseAll();
  lookBack();
});
for (const form of document.querySelectorAll("form[data-submit-once]")) {
  giveKey(/** @type {HTMLFormElement} */ (form));
}
lookBack();
