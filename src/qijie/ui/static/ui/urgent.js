// @ts-check
// <urgent-watch src="…" every="30">: danger in the frame of every page of staff. It asks calmly what
// is urgent, keeps the number in the page's title, says in words and, where somebody turned it on,
// with a short sound that a new one came, and leads there. A hidden tab asks nothing; seen again it
// asks at once. After every look “looked” reaches the page, so that a list follows the number.

import { isSignedOut, madeFor, pageHeaders } from "./page.js";

const SOUND = "urgent-sound";
const SEEN = "urgent-seen";
const OPENED = "urgent-opened";
const OPENED_AT_MOST = 50;
const TONES = [880, 660, 880];
const TONE_S = 0.16;
const COUNTED = /^\(\d+\+?\) /;
const SIGNED_OUT = "登录已经结束，紧急事项不再更新。";

/** @type {AudioContext | undefined} */
let audio;

/** Storage may be shut off; then it holds for this page. @param {"localStorage" | "sessionStorage"} room @param {string} name */
function kept(room, name) {
  try {
    return window[room].getItem(name);
  } catch {
    return null;
  }
}

/** @param {"localStorage" | "sessionStorage"} room @param {string} name @param {string} value */
function keep(room, name, value) {
  try {
    window[room].setItem(name, value);
  } catch {
    // Nothing to be done; it is asked again next time.
  }
}

/** The matters this person has open or had open in any tab, the newest last. @param {string[]} now */
function openedBefore(now) {
  const name = `${OPENED}/${madeFor() ?? ""}`;
  const before = kept("localStorage", name)?.split(" ").filter((id) => id && !now.includes(id)) ?? [];
  const opened = [...before, ...now].slice(-OPENED_AT_MOST);
  if (now.length > 0) keep("localStorage", name, opened.join(" "));
  return opened;
}

let isOn = kept("localStorage", SOUND) === "on";

/** Browsers let a page sound only after a press. */
function wake() {
  audio ??= new AudioContext();
  return audio.resume();
}

function ring() {
  if (audio?.state !== "running") return;
  TONES.forEach((pitch, turn) => {
    const tone = new OscillatorNode(/** @type {AudioContext} */ (audio), { frequency: pitch });
    const quiet = new GainNode(/** @type {AudioContext} */ (audio), { gain: 0.2 });
    const from = /** @type {AudioContext} */ (audio).currentTime + turn * TONE_S;
    tone.connect(quiet).connect(/** @type {AudioContext} */ (audio).destination);
    tone.start(from);
    tone.stop(from + TONE_S * 0.8);
  });
}

class UrgentWatch extends HTMLElement {
  #waiting = 0;
  #tag = "";
  #onShow = () => this.#turn();

  connectedCallback() {
    this.button = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-urgent-sound]"));
    this.button?.addEventListener("click", () => this.#turnSound());
    this.#showSound();
    document.addEventListener("visibilitychange", this.#onShow);
    if (this.hasAttribute("asks-first")) {
      this.#turn();
      return;
    }
    this.#told();
    this.#later();
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
    document.removeEventListener("visibilitychange", this.#onShow);
  }

  #later() {
    clearTimeout(this.#waiting);
    if (!document.hidden) this.#waiting = window.setTimeout(() => this.#look(), Number(this.getAttribute("every")) * 1000);
  }

  #turn() {
    clearTimeout(this.#waiting);
    if (!document.hidden) void this.#look();
  }

  async #look() {
    const headers = { ...pageHeaders(), "HX-Request": "true", ...(this.#tag ? { "If-None-Match": this.#tag } : {}) };
    try {
      const answer = await fetch(this.getAttribute("src") ?? "", { cache: "no-store", redirect: "error", headers });
      if (!this.isConnected) return;
      if (isSignedOut(answer.status, answer.headers.get("X-Qijie-Who"))) {
        this.#say(SIGNED_OUT);
        this.dispatchEvent(new CustomEvent("looked", { bubbles: true }));
        return;
      }
      if (answer.status === 200) {
        this.#tag = answer.headers.get("ETag") ?? "";
        this.#put(await answer.text());
      }
    } catch {
      // No network, or the server is away: the next look may reach it.
    }
    this.dispatchEvent(new CustomEvent("looked", { bubbles: true }));
    this.#later();
  }

  /** Whoever stands on the number keeps standing there. @param {string} html */
  #put(html) {
    const room = this.querySelector("[data-urgent-now]");
    const held = room?.contains(document.activeElement);
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-urgent-now]");
    if (!room || !fresh) return;
    room.replaceWith(document.importNode(fresh, true));
    if (held) /** @type {HTMLElement | null} */ (this.querySelector("[data-urgent-now] :is(a, summary)") ?? document.getElementById("main"))?.focus();
    this.#told();
  }

  /** The number in the title; what was not there before is said and heard. */
  #told() {
    const now = /** @type {HTMLElement | null} */ (this.querySelector("[data-urgent-now]"));
    const ids = now?.dataset.urgentNow?.split(" ").filter(Boolean) ?? [];
    const title = document.title.replace(COUNTED, "");
    document.title = ids.length > 0 ? `(${now?.dataset.count}) ${title}` : title;
    const seen = kept("sessionStorage", SEEN)?.split(" ");
    // Whoever reads the very matter, as one who has just reported it does, needs no telling of it, in
    // no tab of theirs.
    const opened = openedBefore(ids.filter((id) => location.pathname.includes(id)));
    const fresh = seen ? ids.filter((id) => !seen.includes(id) && !opened.includes(id)) : [];
    keep("sessionStorage", SEEN, ids.join(" "));
    if (fresh.length === 0) return;
    if (isOn) ring();
    const links = fresh.map((id) => this.querySelector(`[data-matter="${CSS.escape(id)}"]`)).filter((one) => one !== null);
    const way = links[0] ?? this.querySelector("[data-urgent-all]");
    if (way) this.#say(fresh.length > 1 ? `新来 ${fresh.length} 件紧急事项，先看：` : "新来一件紧急事项：", way);
  }

  /** Toasts stand behind an open dialog, so there it is said inside. @param {string} words @param {Element} [way] */
  #say(words, way) {
    const shape = document.getElementById("toast-shape");
    if (!(shape instanceof HTMLTemplateElement)) return;
    const dialog = document.querySelector("dialog:modal");
    const room = dialog ?? document.getElementById("toasts");
    for (const before of document.querySelectorAll(".toast-urgent")) before.remove();
    const said = /** @type {HTMLElement} */ (shape.content.firstElementChild?.cloneNode(true));
    said.classList.add("tone-late", "toast-urgent");
    const place = said.querySelector("span");
    place?.append(words);
    if (way) {
      const link = document.createElement("a");
      link.href = way.getAttribute("href") ?? "";
      link.textContent = way.getAttribute("data-words") ?? way.textContent;
      place?.append(link);
    }
    if (dialog) {
      said.setAttribute("role", "alert");
      dialog.addEventListener("close", () => document.getElementById("toasts")?.prepend(said), { once: true });
    }
    room?.prepend(said);
  }

  async #turnSound() {
    isOn = !isOn;
    keep("localStorage", SOUND, isOn ? "on" : "off");
    this.#showSound();
    if (!isOn) return;
    await wake();
    ring();
  }

  #showSound() {
    if (!this.button) return;
    this.button.hidden = false;
    this.button.setAttribute("aria-pressed", String(isOn));
  }
}

customElements.define("urgent-watch", UrgentWatch);
if (isOn) {
  for (const press of ["pointerdown", "keydown"]) addEventListener(press, wake, { once: true });
}
