// @ts-check
// Where htmx meets the page: the CSRF header, words for what went wrong on the way, toasts the
// server asks for (HX-Trigger: {"toast": {"text": …, "tone": …}}), and where the focus goes.

/** @typedef {"good" | "late" | "plain"} ToastTone */

const OFFLINE = "网络没有接通，您填写的内容还在。请检查网络后再试一次。";
const BROKEN = "系统这一步没有办成，您填写的内容还在。请过一会儿再试；仍不行请打电话告诉我们。";
const GOOD_SHOWN_MS = 6000;

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

/** @param {Event} event */
function sign(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content");
  if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
}

/** A refusal (4xx) is swapped in and speaks for itself. @param {Event} event */
function onRefusal(event) {
  if (/** @type {CustomEvent} */ (event).detail.xhr.status >= 500) toast(BROKEN, "late");
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

document.addEventListener("htmx:configRequest", sign);
document.addEventListener("htmx:sendError", () => toast(OFFLINE, "late"));
document.addEventListener("htmx:timeout", () => toast(OFFLINE, "late"));
document.addEventListener("htmx:responseError", onRefusal);
document.addEventListener("htmx:afterSettle", settle);
document.addEventListener("toast", onToast);
