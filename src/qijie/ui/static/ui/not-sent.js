// @ts-check
// What a form says when it was not sent, in the form itself (a dialog hides what stands outside it),
// with a button that sends the same again.

import { SENTENCES } from "./sending.js";

/** @type {WeakMap<HTMLFormElement, HTMLElement | null>} the button each form was last sent with */
const pressed = new WeakMap();

/** @param {HTMLFormElement} form @param {HTMLElement | null} by */
export const remember = (form, by) => pressed.set(form, by);

/** @param {HTMLFormElement} form */
export function pressedIn(form) {
  const by = pressed.get(form);
  return by?.isConnected ? by : null;
}

/** @param {HTMLFormElement} form */
export function sendAgain(form) {
  form.requestSubmit(pressedIn(form));
}

/** @param {HTMLFormElement} form */
export function clearNote(form) {
  for (const old of form.querySelectorAll(":scope .not-sent")) old.remove();
}

/** @param {HTMLFormElement} form @param {string} why a word of SENTENCES, or a sentence */
export function note(form, why) {
  clearNote(form);
  const shown = document.createElement("div");
  shown.className = "note tone-late not-sent";
  shown.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "note-body stack-tight";
  const words = document.createElement("p");
  words.textContent = sentence(form, why);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button";
  again.textContent = "再发一次";
  again.addEventListener("click", () => sendAgain(form));
  body.append(words, again);
  shown.append(body);
  form.append(shown);
  shown.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLFormElement} form @param {string} why */
function sentence(form, why) {
  if (why === "offline" && form.dataset.draft !== undefined) {
    return document.body.classList.contains("console") ? SENTENCES.keptHere : SENTENCES.kept;
  }
  return SENTENCES[/** @type {keyof typeof SENTENCES} */ (why)] ?? why;
}
