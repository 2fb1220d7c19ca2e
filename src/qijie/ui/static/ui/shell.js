// @ts-check
// What every page needs of the browser: dialogs, menus that shut, reasons of greyed moves, the
// reader's theme and text size. Each works without this file or is hidden until it runs.

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

/** @param {string | undefined} id */
function openDialog(id) {
  const dialog = document.getElementById(id ?? "");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** @param {HTMLElement} button */
function toggleWhy(button) {
  const action = near(button, ".action");
  if (!action) return;
  delete action.dataset.shut;
  action.toggleAttribute("data-open", !action.hasAttribute("data-open"));
}

/** A reason that would run off the screen hangs from the other edge of its button. @param {Event} event */
function placeWhy(event) {
  const why = event.target instanceof Element ? near(event.target, ".action")?.querySelector(".why") : null;
  if (!why) return;
  why.classList.remove("why-end");
  why.classList.toggle("why-end", why.getBoundingClientRect().right > document.documentElement.clientWidth);
}

/** @param {EventTarget | null} except */
function shutOthers(except) {
  const kept = except instanceof Element ? except : null;
  for (const open of document.querySelectorAll(".action[data-open]")) {
    if (!kept || !open.contains(kept)) open.removeAttribute("data-open");
  }
  for (const menu of document.querySelectorAll("details.menu-away[open]")) {
    if (!kept || !menu.contains(kept)) menu.removeAttribute("open");
  }
}

/** @param {MouseEvent} event */
function onClick(event) {
  shutOthers(event.target);
  if (!(event.target instanceof Element)) return;
  const button = near(event.target, "button, [data-dialog]");
  if (!button) {
    if (event.target instanceof HTMLDialogElement) event.target.close();
    return;
  }
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    toggleWhy(button);
  } else if (button.dataset.dialog) openDialog(button.dataset.dialog);
  else if ("dialogShut" in button.dataset) /** @type {HTMLDialogElement | null} */ (near(button, "dialog"))?.close();
  else if ("toastShut" in button.dataset) near(button, ".toast")?.remove();
  else if ("themeNext" in button.dataset) nextTheme();
  else if ("textSize" in button.dataset) toggleText();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === "Escape") {
    for (const action of document.querySelectorAll(".action:hover, .action:focus-within, .action[data-open]")) {
      action.removeAttribute("data-open");
      action.setAttribute("data-shut", "");
    }
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
  near(event.target, ".action")?.removeAttribute("data-shut");
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
document.addEventListener("focusin", placeWhy);
document.addEventListener("mouseover", placeWhy);
document.addEventListener("focusout", onLeave);
document.addEventListener("mouseout", onLeave);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element && event.target !== document.body) wake(event.target);
});
wake(document);
