// @ts-check
// What was typed stays on this device until the server has it. A form marked data-draft="<key>" is
// kept for the tab, with data-draft-for="device" beyond it; a page that holds an element marked
// data-draft-done="<key>" says the server has it, and the draft is thrown away.
// Never kept: files, passwords, telephone fields, anything marked data-draft-never; a mobile or an
// identity number inside other words is left out of what is kept, with a mark where it stood.

import { forgetPhotos } from "./photo-shelf.js";
import { madeFor } from "./page.js";

const PREFIX = "qijie.draft.";
const SETTLE_MS = 400;
const NUMBERS = /(?<![0-9])(?:1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|[1-9][0-9]{16}[0-9Xx])(?![0-9])/g;

/** @typedef {{ fields: Record<string, string | string[]>, cut: boolean }} Draft */

/** Drafts are of the person the page was made for; nobody else is shown them. @param {string} key */
const nameOf = (key) => `${PREFIX}${madeFor() ?? ""}/${key}`;

/** @param {HTMLFormElement} form @returns {Storage | null} */
function shelf(form) {
  try {
    return form.dataset.draftFor === "device" ? localStorage : sessionStorage;
  } catch {
    return null;
  }
}

/** @param {Element} control */
export function mayBeKept(control) {
  if (!control.matches("input[name], textarea[name], select[name]")) return false;
  if (control.matches("[data-submit-key]")) return true;
  if (control.closest("[data-draft-never]")) return false;
  if (control.matches("[type=file], [type=password], [type=hidden]:not([data-draft-keep]), [type=submit]")) return false;
  const name = control.getAttribute("name") ?? "";
  return !control.matches("[type=tel], [autocomplete~=tel]") && !/phone|mobile|tel$/i.test(name);
}

const LEFT_OUT = "〔号码〕";

/** @param {string} words */
export const withoutNumbers = (words) => words.replace(NUMBERS, LEFT_OUT);

/** @param {HTMLFormElement} form */
const keptControls = (form) => /** @type {HTMLInputElement[]} */ ([...form.elements].filter(mayBeKept));

/** @param {HTMLFormElement} form @returns {Draft} */
export function draftOf(form) {
  /** @type {Draft} */
  const draft = { fields: {}, cut: false };
  for (const control of keptControls(form)) {
    if (control.type === "checkbox" || control.type === "radio") {
      const chosen = /** @type {string[]} */ (draft.fields[control.name] ??= []);
      if (control.checked) chosen.push(control.value);
    } else {
      const words = withoutNumbers(control.value);
      draft.cut ||= words !== control.value;
      draft.fields[control.name] = words;
    }
  }
  return draft;
}

/** @param {HTMLFormElement} form */
function keep(form) {
  try {
    shelf(form)?.setItem(nameOf(form.dataset.draft ?? ""), JSON.stringify(draftOf(form)));
    form.dataset.draftKept = "";
  } catch {
    // A full or forbidden store costs the draft, never the typing.
  }
}

/** @param {HTMLFormElement} form @returns {Draft | null} */
function kept(form) {
  try {
    return JSON.parse(shelf(form)?.getItem(nameOf(form.dataset.draft ?? "")) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key */
export function forget(key) {
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      window[name].removeItem(nameOf(key));
    } catch {
      // Nothing could have been kept there.
    }
  }
  forgetPhotos(key);
}

/** What another member of staff left on this device; everything of theirs on signing out. @param {boolean} [all] */
export function sweepDrafts(all = false) {
  const who = madeFor() ?? "";
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      for (const key of Object.keys(window[name])) {
        const owner = key.startsWith(PREFIX) ? key.slice(PREFIX.length).split("/")[0] : "";
        if (owner !== "" && (all || (who !== "" && owner !== who))) window[name].removeItem(key);
      }
    } catch {
      // Nothing could have been kept there.
    }
  }
}

/** @param {HTMLInputElement} control @param {string | string[]} value @returns {boolean} whether it changed */
function put(control, value) {
  if (Array.isArray(value)) {
    const chosen = value.includes(control.value);
    const changed = control.checked !== chosen;
    control.checked = chosen;
    return changed;
  }
  if (!value || control.value === value) return false;
  const untouched = control.matches("select") || control.matches("[data-submit-key]") || !control.value;
  if (!untouched) return false;
  control.value = value;
  return !control.matches("[type=hidden]");
}

/** @param {HTMLFormElement} form @param {boolean} cut */
function tell(form, cut) {
  const told = document.createElement("div");
  told.className = "draft-told";
  told.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = cut ? "已恢复您上次填写的内容；电话和证件号码不会保存，请重新填写；话里写过号码的地方标着〔号码〕。" : "已恢复您上次填写的内容。";
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "button";
  clear.textContent = "清空重填";
  clear.addEventListener("click", () => {
    forget(form.dataset.draft ?? "");
    form.reset();
    for (const key of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-submit-key]"))) key.value = "";
    told.remove();
  });
  told.append(words, clear);
  form.prepend(told);
}

/** A form the server sent back with errors already holds what was typed. @param {HTMLFormElement} form */
function restore(form) {
  const draft = kept(form);
  if (!draft || form.querySelector('[aria-invalid="true"]')) return;
  const changed = keptControls(form).filter((control) => {
    const value = draft.fields[control.name];
    return value !== undefined && put(control, value);
  });
  if (changed.length > 0) {
    tell(form, draft.cut);
    form.dispatchEvent(new CustomEvent("keep-draft:restored", { bubbles: true }));
  }
}

/** @param {HTMLFormElement} form */
function watch(form) {
  let waiting = 0;
  const now = () => {
    clearTimeout(waiting);
    waiting = 0;
    keep(form);
  };
  // Leaving or reloading at once loses nothing either.
  addEventListener("pagehide", () => {
    if (waiting) now();
  });
  form.addEventListener("input", () => {
    delete form.dataset.draftKept;
    clearTimeout(waiting);
    waiting = window.setTimeout(now, SETTLE_MS);
  });
  form.addEventListener("change", now);
  form.addEventListener("submit", now);
  form.addEventListener("send:done", () => {
    clearTimeout(waiting);
    waiting = 0;
    forget(form.dataset.draft ?? "");
  });
}

/** @param {ParentNode} root */
function wake(root) {
  for (const done of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-draft-done]"))) {
    forget(done.dataset.draftDone ?? "");
  }
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form[data-draft]"))) {
    restore(form);
    watch(form);
  }
}

wake(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element && event.target !== document.body) wake(event.target);
});
