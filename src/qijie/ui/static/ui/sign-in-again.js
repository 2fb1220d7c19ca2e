// @ts-check
// The session has ended and the page still holds what was typed: the sign-in page's own form, its
// second step included, in a dialog over everything else. Whoever signs in must be the one the page
// was made for.

import { madeFor, takeToken } from "./page.js";

const SIGN_IN = "/account/login/";
const SIGN_OUT = "/account/logout/";
const KEPT = "您填写的内容都还在这一页。登录后会自动再发一次，不用重填。";
const ANOTHER = "现在登录的是另一个人，而这一页是您先前填的。为免以别人的名义发出，没有发送。";
const NO_ANSWER = "没有连上，请检查网络后再试。";

/** @type {Promise<boolean> | null} */
let asking = null;

/** Whether the person the page was made for is signed in again. @returns {Promise<boolean>} */
export function signInAgain() {
  asking ??= new SignInDialog().ask().finally(() => {
    asking = null;
  });
  return asking;
}

/** @param {string} words @param {string} look @param {() => void} act */
function button(words, look, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

class SignInDialog {
  constructor() {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "dialog sign-in-again";
    this.dialog.setAttribute("aria-labelledby", "sign-in-again-title");
    const head = document.createElement("div");
    head.className = "dialog-head";
    const title = document.createElement("h2");
    title.id = "sign-in-again-title";
    title.textContent = "登录已结束，请再登录一次";
    head.append(title);
    const body = document.createElement("div");
    body.className = "dialog-body";
    this.words = document.createElement("p");
    this.words.setAttribute("role", "status");
    this.words.textContent = KEPT;
    this.room = document.createElement("div");
    this.room.className = "stack";
    body.append(this.words, this.room);
    this.dialog.append(head, body);
    this.dialog.addEventListener("submit", (event) => this.#onSubmit(event));
  }

  /** @returns {Promise<boolean>} */
  ask() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    /** @type {Promise<boolean>} */
    const answered = new Promise((answer) => {
      this.dialog.addEventListener("close", () => {
        answer(this.dialog.returnValue === "signed in");
        this.dialog.remove();
      });
    });
    this.#open(SIGN_IN);
    return answered;
  }

  /** @param {string} url */
  async #open(url) {
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      this.#show(await answer.text(), answer.url);
    } catch {
      this.#say(NO_ANSWER);
      this.room.replaceChildren(button("再试一次", "button button-primary button-wide", () => this.#open(url)), this.#later());
    }
  }

  #later() {
    return button("先不登录", "button button-wide", () => this.dialog.close());
  }

  /** The first form of a page; a page without one is past signing in. @param {string} html @param {string} url */
  #show(html, url) {
    const page = new DOMParser().parseFromString(html, "text/html");
    takeToken(page.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? null);
    const who = page.querySelector('meta[name="made-for"]')?.getAttribute("content") ?? "";
    const form = page.querySelector("main form");
    if (who || !(form instanceof HTMLFormElement)) {
      this.#settle(who);
      return;
    }
    const shown = /** @type {HTMLFormElement} */ (document.importNode(form, true));
    shown.setAttribute("action", new URL(form.getAttribute("action") || url, url).pathname);
    shown.removeAttribute("data-submit-once");
    this.room.replaceChildren(shown, this.#later());
    const first = /** @type {HTMLElement | null} */ (shown.querySelector("[data-focus], [aria-invalid], input:not([type=hidden])"));
    first?.focus();
  }

  /** @param {string} who */
  #settle(who) {
    if (who && who === madeFor()) this.dialog.close("signed in");
    else this.#another();
  }

  #another() {
    this.#say(ANOTHER);
    const change = button("退出那个人，换我登录", "button button-primary button-wide", async () => {
      await this.#post(SIGN_OUT, new FormData());
      this.#say(KEPT);
      this.#open(SIGN_IN);
    });
    this.room.replaceChildren(change, this.#later());
    change.focus();
  }

  /** @param {string} url @param {FormData} body */
  async #post(url, body) {
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
    body.set("csrfmiddlewaretoken", token);
    const answer = await fetch(url, { method: "POST", body, headers: { "X-Qijie-Page": "" } });
    takeToken(answer.headers.get("X-Qijie-Token"));
    return answer;
  }

  /** @param {SubmitEvent} event */
  async #onSubmit(event) {
    event.preventDefault();
    event.stopPropagation();
    if (!(event.target instanceof HTMLFormElement) || this.dialog.hasAttribute("aria-busy")) return;
    const action = event.target.getAttribute("action") ?? SIGN_IN;
    this.dialog.setAttribute("aria-busy", "true");
    try {
      let answer = await this.#post(action, new FormData(event.target));
      if (answer.status === 403 && answer.headers.has("X-Qijie-Again")) answer = await this.#post(action, new FormData(event.target));
      const who = answer.headers.get("X-Qijie-Who") ?? "";
      const next = answer.headers.get("X-Qijie-Go");
      if (who) this.#settle(who);
      else if (next) await this.#open(next);
      else this.#show(await answer.text(), answer.url);
    } catch {
      this.#say(NO_ANSWER);
    } finally {
      this.dialog.removeAttribute("aria-busy");
    }
  }

  /** @param {string} words */
  #say(words) {
    this.words.textContent = words;
  }
}
