// @ts-check
// What was pressed is what is meant. A page that moves between press and release (an answer came in,
// a field was left and something opened) makes the browser send the click elsewhere; it is handed
// back to the button or link that was pressed, once.

const STILL_PX = 12;

/** @typedef {{ on: HTMLElement, x: number, y: number }} Press */
/** @type {Press | null} */
let pressed = null;

/** @param {PointerEvent} event */
function onDown(event) {
  const on = event.isPrimary && event.button === 0 && event.target instanceof Element ? event.target.closest("button, a[href], summary") : null;
  pressed = on instanceof HTMLElement ? { on, x: event.clientX, y: event.clientY } : null;
}

/** A press that slides off was thought better of, unless it was the page that slid. @param {MouseEvent} event @param {Press} press */
const stayed = (event, press) => Math.hypot(event.clientX - press.x, event.clientY - press.y) <= STILL_PX;

/** @param {MouseEvent} event */
function onClick(event) {
  const press = pressed;
  if (!press || event.detail === 0 || !(event.target instanceof Node)) return;
  pressed = null;
  if (!press.on.isConnected || press.on.contains(event.target) || !stayed(event, press)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  press.on.click();
}

document.addEventListener("pointerdown", onDown, { capture: true });
document.addEventListener("click", onClick, { capture: true });
// A drag or a scroll is no press.
document.addEventListener("pointercancel", () => { pressed = null; }, { capture: true });
