// @ts-check
// Every form that POSTs is sent by the page itself, so that a network that is gone, a session that
// has ended or a server in trouble costs nothing: the form stays as it is, a sentence says what
// happened, a button sends again. Forms of htmx go their own way and meet the same sentences in
// live.js. Without this file the browser sends them, and the server's pages carry what was typed.

import { sweepDrafts } from "./keep-draft.js";
import { clearNote, note, remember } from "./not-sent.js";
import { madeFor } from "./page.js";
import { sweepPhotos } from "./photo-shelf.js";
import { NotSent, send } from "./sending.js";

/** @param {HTMLFormElement} form @param {HTMLElement | null} by */
function isOurs(form, by) {
  const method = by?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  if (method.toLowerCase() !== "post" || madeFor() === null) return false;
  return !form.matches("[hx-post], [target], [data-native]") && !form.closest("[hx-boost=true]");
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
  remember(form, event.submitter);
  if (!isOurs(form, event.submitter)) return;
  event.preventDefault();
  if (form.matches("[data-signs-out]")) leave(form);
  if (form.dataset.onItsWay !== undefined) return;
  form.dataset.onItsWay = "";
  sendForm(form, event.submitter).finally(() => delete form.dataset.onItsWay);
}

/** Nothing of whoever signs out stays on the device. @param {HTMLFormElement} form */
function leave(form) {
  form.addEventListener("send:done", (event) => {
    sweepDrafts(true);
    /** @type {CustomEvent} */ (event).detail.waitFor(sweepPhotos(true));
  }, { once: true });
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} by */
async function sendForm(form, by) {
  clearNote(form);
  const url = by?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const body = () => bodyOf(form, by);
  try {
    const answer = await send(url, body, { Accept: "text/html" });
    const next = answer.headers.get("X-Qijie-Go");
    if (next) {
      settled(form, true);
      await done(form);
      go(next);
      return;
    }
    settled(form, false);
    show(form, await answer.text(), answer.status);
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    settled(form, false);
    note(form, error.why);
  }
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} by */
function bodyOf(form, by) {
  const data = new FormData(form);
  if (by instanceof HTMLButtonElement && by.name) data.append(by.name, by.value);
  if (form.enctype === "multipart/form-data") return data;
  const words = new URLSearchParams();
  for (const [name, value] of data) if (typeof value === "string") words.append(name, value);
  return words;
}

/** Whoever held the form while it was on its way lets it go; what was accepted goes on to another page. @param {HTMLFormElement} form @param {boolean} successful */
function settled(form, successful) {
  form.dispatchEvent(new CustomEvent("htmx:afterRequest", { bubbles: true, detail: { successful, elt: form, goesOn: successful } }));
}

/** The server has it: drafts and photos kept on the device go before the next page. @param {HTMLFormElement} form */
async function done(form) {
  /** @type {Promise<unknown>[]} */
  const waiting = [];
  form.dispatchEvent(new CustomEvent("send:done", { bubbles: true, detail: { waitFor: (/** @type {Promise<unknown>} */ one) => waiting.push(one) } }));
  await Promise.allSettled(waiting);
}

/** @param {string} next */
function go(next) {
  const url = new URL(next, location.href);
  const isHere = url.pathname === location.pathname && url.search === location.search;
  location.assign(url.href);
  if (isHere) location.reload();
}

/** The answer is a page: its form with what has to be mended, or what there is to read. An error page without a form does not take this one's place. @param {HTMLFormElement} form @param {string} html @param {number} status */
function show(form, html, status) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main");
  if (!main || (status >= 400 && !main.querySelector("form[method=post]"))) {
    note(form, sentenceOf(main));
    return;
  }
  for (const script of page.querySelectorAll("script[type=module][src]")) {
    const src = script.getAttribute("src") ?? "";
    if (document.querySelector(`script[src="${CSS.escape(src)}"]`)) continue;
    const wanted = document.createElement("script");
    wanted.type = "module";
    wanted.src = src;
    document.head.append(wanted);
  }
  takeStep(form, main);
  document.title = page.title;
  document.body.replaceWith(document.importNode(page.body, true));
  scrollTo(0, 0);
  const { htmx } = /** @type {any} */ (window);
  for (const child of document.body.children) {
    htmx?.process(child);
    child.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: child } }));
  }
  if (!document.activeElement || document.activeElement === document.body) document.getElementById("main")?.focus();
}

let step = Number(history.state?.step ?? 0);

/** What stands between typing and sending is a page of its own in the history. @param {HTMLFormElement} form @param {Element} main */
function takeStep(form, main) {
  const { draft } = form.dataset;
  if (!draft || main.querySelector(`form[data-draft="${CSS.escape(draft)}"]`)) return;
  step += 1;
  history.pushState({ ...history.state, step }, "");
}

/** Back from there is its own way back, which brings the form as it was typed. @param {PopStateEvent} event */
function stepBack(event) {
  const to = Number(event.state?.step ?? 0);
  if (to === step) return;
  step = to;
  const way = document.querySelector("main form button[data-step-back]");
  if (way instanceof HTMLButtonElement) way.click();
  else location.reload();
}

/** @param {Element | null} main */
function sentenceOf(main) {
  const words = [main?.querySelector("h1"), main?.querySelector("p")].map((one) => one?.textContent?.trim()).filter(Boolean);
  return words.length > 0 ? `${words.join("：")}` : "这一次没有收下，您填写的内容都在，请再发一次。";
}

document.addEventListener("submit", onSubmit);
addEventListener("popstate", stepBack);
sweepDrafts();
sweepPhotos();
