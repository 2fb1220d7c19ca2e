// @ts-check
// Where htmx meets the page: for whom it was made, words for what went wrong on the way, toasts the
// server asks for (HX-Trigger: {"toast": {"text": …, "tone": …}}), and where the focus goes.

import { clearNote, note, sendAgain } from "./not-sent.js";
import { isSignedOut, pageHeaders, takeToken } from "./page.js";
import { SENTENCES } from "./sending.js";
import { signInAgain } from "./sign-in-again.js";

/** @typedef {"good" | "late" | "plain"} ToastTone */

const GOOD_SHOWN_MS = 6000;
const PATIENCE_MS = 180000;
const REFUSED = 422;

/** @param {string} text @param {ToastTone} [tone] */
export function toast(text, tone = "plain") {
  const room = document.getElementById("toasts");
  const shape = document.getElementById("toast-shape");
  if (!room || !(shape instanceof HTMLTemplateElement)) return;
  const shown = /** @type {HTMLElement} */ (shape.content.firstElementChild?.cloneNode(true));
  shown.classList.add(`tone-${tone}`);
  const words = shown.querySelector("span");
  if (words) words.textContent = text;
  room.append(shown);
  if (tone === "good") setTimeout(() => shown.remove(), GOOD_SHOWN_MS);
}

/** The form a request of htmx sends, null where it only asks for something. @param {Event} event @returns {HTMLFormElement | null} */
function formOf(event) {
  const { requestConfig } = /** @type {CustomEvent} */ (event).detail;
  const isPost = requestConfig?.verb === "post";
  return isPost && requestConfig.elt instanceof Element ? requestConfig.elt.closest("form") : null;
}

/** @param {Event} event */
function sign(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const headers = pageHeaders();
  if (detail.verb === "get") delete headers["X-CSRFToken"];
  Object.assign(detail.headers, headers);
  // The token may be newer than the form's own field.
  if (detail.verb !== "get" && headers["X-CSRFToken"]) detail.parameters?.set?.("csrfmiddlewaretoken", headers["X-CSRFToken"]);
  const form = detail.elt instanceof Element && detail.verb === "post" ? detail.elt.closest("form") : null;
  if (form) clearNote(form);
}

/** In its form where it has one: toasts stand behind an open dialog. @param {Event} event @param {keyof typeof SENTENCES} why */
function say(event, why) {
  const form = formOf(event);
  if (form) note(form, why);
  else toast(SENTENCES[why], "late");
}

/** @param {Event} event */
function onAnswer(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const { xhr } = detail;
  if (!xhr.getResponseHeader) return;
  takeToken(xhr.getResponseHeader("X-Qijie-Token"));
  if (isSignedOut(xhr.status, xhr.getResponseHeader("X-Qijie-Who"))) {
    detail.shouldSwap = false;
    signedOut(event);
  } else if (xhr.status === 403 && xhr.getResponseHeader("X-Qijie-Again")) {
    detail.shouldSwap = false;
    renewed(event);
  } else if (xhr.status >= 400 && xhr.status !== REFUSED && /<main/.test(xhr.responseText)) {
    // A whole error page would take the place of what was typed.
    detail.shouldSwap = false;
    const form = formOf(event);
    if (form) note(form, headingOf(xhr.responseText));
    else location.reload();
  }
}

/** @param {string} html */
function headingOf(html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  return [main?.querySelector("h1"), main?.querySelector("p")].map((one) => one?.textContent?.trim()).filter(Boolean).join("：");
}

/** @param {Event} event */
async function signedOut(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const form = formOf(event);
  const asked = detail.requestConfig?.triggeringEvent;
  if (!form && !(asked instanceof Event && asked.isTrusted)) {
    // A list that asks by itself: the whole page goes to sign in, and comes back.
    location.reload();
    return;
  }
  if (!(await signInAgain())) {
    if (form) note(form, "signedOut");
  } else if (form) sendAgain(form);
  else if (detail.requestConfig.elt instanceof HTMLElement) detail.requestConfig.elt.click();
}

/** @type {WeakSet<HTMLFormElement>} sent again with a new token; a second time it is said instead */
const once = new WeakSet();

/** @param {Event} event */
function renewed(event) {
  const form = formOf(event);
  if (!form || once.has(form)) {
    say(event, "broken");
    return;
  }
  once.add(form);
  // After htmx has put this request away.
  setTimeout(() => sendAgain(form));
}

/** A refusal (4xx) is swapped in and speaks for itself. @param {Event} event */
function onRefusal(event) {
  const { status } = /** @type {CustomEvent} */ (event).detail.xhr;
  if (status >= 500) say(event, [502, 503, 504].includes(status) ? "away" : "broken");
}

/** The server has it: what was kept on the device goes. @param {Event} event */
function onDone(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const form = formOf(event);
  if (!form || !detail.successful) return;
  once.delete(form);
  form.dispatchEvent(new CustomEvent("send:done", { bubbles: true, detail: { waitFor: () => {} } }));
}

/** @param {Event} event */
function onToast(event) {
  const { text, tone } = /** @type {CustomEvent} */ (event).detail;
  if (text) toast(text, tone);
}

/** A swap with something wrong in it leads there; otherwise to what asks for the focus. @param {Event} event */
function settle(event) {
  const target = event.target;
  if (!(target instanceof Element) || !target.isConnected) return;
  /** @type {HTMLElement | null} */
  const first = target.querySelector(".error-summary, [data-focus], [autofocus]");
  if (!first) return;
  if (!first.matches("a, button, input, select, textarea, [tabindex]")) first.tabIndex = -1;
  first.focus();
}

/** @param {Event} event */
function wait(event) {
  /** @type {CustomEvent} */ (event).detail.xhr.timeout ||= PATIENCE_MS;
}

document.addEventListener("htmx:configRequest", sign);
document.addEventListener("htmx:beforeSend", wait);
document.addEventListener("htmx:beforeSwap", onAnswer);
document.addEventListener("htmx:sendError", (event) => say(event, "offline"));
document.addEventListener("htmx:timeout", (event) => say(event, "late"));
document.addEventListener("htmx:responseError", onRefusal);
document.addEventListener("htmx:afterRequest", onDone);
document.addEventListener("htmx:afterSettle", settle);
document.addEventListener("toast", onToast);
