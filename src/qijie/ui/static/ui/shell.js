// @ts-check
// What every page needs of the browser: dialogs, menus that shut, the reader's theme and text size. Each works without this file or is hidden until it runs.

const YEAR = 31536000;
const THEMES = ["", "dark", "light"];

/** @param {string} name @param {string} value */
function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
}

/** @param {Element} from @param {string} selector @returns {HTMLElement | null} */
const near = (from, selector) => from.closest(selector);

function nextTheme() {
  const root = document.documentElement;
  const theme = THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  remember("theme", theme);
}

function toggleText() {
  const root = document.documentElement;
  const large = root.dataset.text !== "large";
  if (large) root.dataset.text = "large";
  else delete root.dataset.text;
  remember("text_size", large ? "large" : "");
  for (const button of document.querySelectorAll("[data-text-size]")) {
    button.setAttribute("aria-pressed", String(large));
  }
}

/** What opened each dialog, by the dialog's id: a refused form comes back as a new one. @type {Map<string, Element>} */
const openers = new Map();
const FIELD = "input:not([type=hidden], [type=file], :disabled), select:not(:disabled), textarea:not(:disabled)";

/** @type {Element | null} what was pressed last; not every browser gives a link the focus for that */
let pressed = null;

/** The focus goes to the first thing to fill in, not to the sign that shuts it. @param {string | undefined} id */
function openDialog(id) {
  const dialog = document.getElementById(id ?? "");
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  const held = document.activeElement;
  const from = held && held !== document.body ? held : pressed;
  if (from?.isConnected && !from.closest("dialog")) openers.set(dialog.id, from);
  dialog.showModal();
  const first = dialog.querySelector(`.dialog-body :is(${FIELD})`);
  const group = first?.matches("[type=radio]") ? dialog.querySelector(`[name="${CSS.escape(first.getAttribute("name") ?? "")}"]:checked`) : null;
  /** @type {HTMLElement | null} */ (group ?? first ?? dialog.querySelector(".dialog-actions .button, a, button"))?.focus();
}

/** Back to what opened it; where that is gone, to the next step of the page. @param {Event} event */
function onClose(event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !openers.has(dialog.id)) return;
  const opener = /** @type {HTMLElement} */ (openers.get(dialog.id));
  openers.delete(dialog.id);
  const next = opener.isConnected ? opener : document.querySelector("[data-next-step]") ?? document.querySelector("main h1");
  if (!(next instanceof HTMLElement)) return;
  if (!next.matches("a, button, [tabindex]")) next.tabIndex = -1;
  next.focus();
}

/** @param {EventTarget | null} except */
function shutOthers(except) {
  const kept = except instanceof Element ? except : null;
  for (const menu of document.querySelectorAll("details.menu-away[open]")) {
    if (!kept || !menu.contains(kept)) menu.removeAttribute("open");
  }
}

/** @param {MouseEvent} event */
function onClick(event) {
  shutOthers(event.target);
  if (!(event.target instanceof Element)) return;
  pressed = near(event.target, "a, button, summary") ?? pressed;
  const button = near(event.target, "button, [data-dialog]");
  if (!button) {
    if (event.target instanceof HTMLDialogElement) event.target.close();
    return;
  }
  if (button.dataset.dialog) openDialog(button.dataset.dialog);
  else if ("dialogShut" in button.dataset) /** @type {HTMLDialogElement | null} */ (near(button, "dialog"))?.close();
  else if ("toastShut" in button.dataset) near(button, ".toast")?.remove();
  else if ("themeNext" in button.dataset) nextTheme();
  else if ("textSize" in button.dataset) toggleText();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu-away[open]");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
    return;
  }
  const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  /** @type {HTMLElement | null} */
  const wanted = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.focus();
  }
}

/** @param {Event} event */
function onLeave(event) {
  if (!(event.target instanceof Element)) return;
  const menu = near(event.target, "details.menu-away");
  const next = event instanceof FocusEvent ? event.relatedTarget : null;
  if (menu && next instanceof Node && !menu.contains(next)) menu.removeAttribute("open");
}

/** @param {ParentNode} root */
function wake(root) {
  for (const button of root.querySelectorAll("[data-theme-next], [data-text-size]")) {
    button.removeAttribute("hidden");
  }
  if (matchMedia("(max-width: 47.99rem)").matches) {
    for (const fold of root.querySelectorAll("details[data-fold]")) fold.removeAttribute("open");
  }
  for (const dialog of root.querySelectorAll("dialog[data-open-now]")) openDialog(dialog.id);
  /** @type {HTMLElement | null} */
  const first = root.querySelector("[data-focus]");
  first?.focus();
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("close", onClose, { capture: true });
document.addEventListener("focusout", onLeave);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element && event.target !== document.body) wake(event.target);
});
wake(document);
