// @ts-check
// <place-picker>: where it is, said in one of three ways: “here”, words looked up, or a tap on a
// light street map. Every way ends in the same hidden inputs; the words alone are enough too. A point
// found by words goes when other words are written; one set by hand is asked about. How it came about
// stands in the input named by came-input as “search:words then”, so that a form shown again (a draft,
// back, an error) still knows.

import { LightMap } from "./light-map.js";
import { emptyInputs, fillInputs, isPossible, pointInInputs } from "./shapes.js";

/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Feature} Feature */
/** @typedef {{ label: string, lon: number, lat: number, system?: string }} Found */
/** @typedef {"here" | "search" | "map"} Way */

const DENIED = "手机没有允许本页使用位置。您可以写下地址，或者在图上点一下。";
const NO_POSITION = "现在测不到您的位置。您可以写下地址，或者在图上点一下。";
const NO_SEARCH = "没有查成，请检查网络再试；也可以在图上点一下，或只写地址直接提交。";
const NOT_FOUND = "没有找到这个地址。可以换个说法（例如小区名、路名加门牌号），或者在图上点一下。";
const NO_STREETS = "街道图没有取到。写下地址也可以提交。";
const NO_MAP_YET = "街道图还没有打开，这一下没有标上。请等图出来再点，也可以只写地址提交。";
const IMPOSSIBLE = "测到的位置不在国内，没有标上。您可以写下地址，或者在图上点一下。";
const PICKED = "已在图上标出位置。";
const TAKEN_BACK = "标的点已去掉。只写地址也可以提交，也可以重新标。";
const WORDS_CHANGED = "地址改了，先前按地址标的点已去掉。可以再查找一次，也可以只写地址提交。";
const ROUGH_METRES = 150;
const PATIENCE_MS = 10000;

/** @param {string} url @param {Record<string, string>} query */
async function ask(url, query) {
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {string | null} url @returns {Promise<Feature[]>} */
async function featuresAt(url) {
  if (!url) return [];
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).features;
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

class PlacePicker extends HTMLElement {
  #leaving = new AbortController();
  /** @type {Way | ""} how the point came about, as far as this form knows */
  #by = "";
  /** The address as it read when the point was set. */
  #then = "";
  /** What the point is called. */
  #called = "";

  connectedCallback() {
    const words = this.querySelector("input:not([type=hidden]), textarea");
    if (this.said || !(words instanceof HTMLInputElement || words instanceof HTMLTextAreaElement)) return;
    this.words = words;
    const canvas = this.#build();
    this.map = new LightMap(canvas, (at) => this.#tapped(at), this.#leaving.signal);
    this.#recall();
    const { signal } = this.#leaving;
    this.closest("form")?.addEventListener("keep-draft:restored", () => this.#recall(), { signal });
    this.#showWhenSeen(canvas);
  }

  /** A map that has not yet come stands nowhere, and neither does a tap on it. @param {Point} at */
  #tapped(at) {
    if (this.map?.isPlaced) this.choose(at, "cgcs2000", "map");
    else this.#say(NO_MAP_YET, "late");
  }

  /** What the form already holds: a point, and which words it came from. */
  #recall() {
    const at = pointInInputs(this);
    const [by, ...words] = (this.#came?.value ?? "").split(":");
    const isKnown = at !== null && by !== "";
    this.#by = isKnown ? /** @type {Way} */ (by) : "";
    this.#then = isKnown ? words.join(":") : (this.words?.value.trim() ?? "");
    if (at) this.map?.setPin(at, true);
    else if (this.#came) this.#came.value = "";
    this.#offerToDrop();
    this.#onWords();
  }

  /** @returns {HTMLInputElement | null} */
  get #came() {
    return this.querySelector(`input[name="${CSS.escape(this.getAttribute("came-input") ?? "")}"]`);
  }

  /** @param {Way | ""} by */
  #remember(by) {
    this.#by = by;
    this.#then = this.words?.value.trim() ?? "";
    if (this.#came) this.#came.value = by && `${by}:${this.#then}`;
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  #build() {
    const ways = document.createElement("div");
    ways.className = "row";
    if (this.getAttribute("search")) ways.append(button("查找这个地址", "button", () => this.#search()));
    if (navigator.geolocation) ways.append(button("用我现在的位置", "button", () => this.#here()));
    this.dropper = button("去掉标的点", "button", () => this.#drop(TAKEN_BACK, true));
    ways.append(this.dropper);
    this.words?.addEventListener("keydown", (event) => this.#onKey(/** @type {KeyboardEvent} */ (event)));
    this.words?.addEventListener("input", () => this.#onWords());
    const { signal } = this.#leaving;
    this.closest("form")?.addEventListener("reset", () => this.#drop(""), { signal });
    this.found = document.createElement("ul");
    this.found.className = "place-found";
    this.found.setAttribute("aria-label", "找到的地址");
    this.said = document.createElement("p");
    this.said.className = "place-said";
    this.said.setAttribute("role", "status");
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", "街道图：方向键移动，加减号缩放，回车把位置标在中心");
    this.append(ways, this.found, this.said, this.#frame(canvas));
    return canvas;
  }

  /** @param {HTMLCanvasElement} canvas */
  #frame(canvas) {
    const frame = document.createElement("div");
    frame.className = "place-map";
    const cross = document.createElement("div");
    cross.className = "map-cross";
    cross.textContent = "✛";
    cross.setAttribute("aria-hidden", "true");
    const tools = document.createElement("div");
    tools.className = "map-tools";
    const closer = button("＋", "map-tool", () => this.map?.zoomBy(1));
    closer.setAttribute("aria-label", "放大");
    const farther = button("－", "map-tool", () => this.map?.zoomBy(-1));
    farther.setAttribute("aria-label", "缩小");
    tools.append(closer, farther);
    const credit = document.createElement("p");
    credit.className = "map-credit";
    credit.textContent = "© OpenStreetMap contributors";
    canvas.addEventListener("focus", () => frame.toggleAttribute("data-aiming", canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => frame.removeAttribute("data-aiming"));
    frame.append(canvas, cross, tools, credit);
    return frame;
  }

  /** The streets are fetched when the map comes into view, not with the page. @param {HTMLCanvasElement} canvas */
  #showWhenSeen(canvas) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this.#fetchStreets();
    }, { rootMargin: "200px" });
    seen.observe(canvas);
    this.#leaving.signal.addEventListener("abort", () => seen.disconnect());
  }

  async #fetchStreets() {
    try {
      const [streets, area] = await Promise.all([featuresAt(this.getAttribute("streets")), featuresAt(this.getAttribute("area"))]);
      this.map?.show(streets, area);
      this.setAttribute("data-map-ready", "");
    } catch {
      this.#say(NO_STREETS);
    }
  }

  /** Enter looks the address up instead of sending the form. @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Enter" || event.isComposing || !this.getAttribute("search") || this.words instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    this.#search();
  }

  async #search() {
    const q = this.words?.value.trim() ?? "";
    if (!q) {
      this.#say("请先写下地址，例如小区名、路名和门牌号。", "late");
      this.words?.focus();
      return;
    }
    this.#say("正在查找…");
    try {
      /** @type {Found[]} */
      const found = await ask(this.getAttribute("search") ?? "", { q });
      this.found?.replaceChildren(...found.map((one) => this.#foundItem(one)));
      this.#say(found.length > 0 ? `找到 ${found.length} 处，请选一处：` : NOT_FOUND);
    } catch {
      this.found?.replaceChildren();
      this.#say(NO_SEARCH, "late");
    }
  }

  /** @param {Found} one */
  #foundItem(one) {
    const item = document.createElement("li");
    item.append(
      button(one.label, "", () => {
        if (this.words) this.words.value = one.label;
        this.found?.replaceChildren();
        this.choose([one.lon, one.lat], one.system ?? "cgcs2000", "search");
        this.words?.focus();
      }),
    );
    return item;
  }

  #here() {
    this.#say("正在测位置…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.choose([coords.longitude, coords.latitude], "wgs84", "here", coords.accuracy),
      (error) => this.#say(error.code === error.PERMISSION_DENIED ? DENIED : NO_POSITION, "late"),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30000 },
    );
  }

  /** More words after the same beginning only say it more exactly. */
  #onWords() {
    const now = this.words?.value.trim() ?? "";
    if (!pointInInputs(this) || now.startsWith(this.#then)) return;
    if (this.#by === "search") this.#drop(WORDS_CHANGED);
    else this.#say(`地址改了，图上标的点没有动${this.#called && `，还在${this.#called}`}。不对就去掉标的点，或重新点一下。`, "late");
  }

  /** @param {string} words @param {boolean} [back] whether the focus goes to the words */
  #drop(words, back = false) {
    this.#remember("");
    emptyInputs(this);
    this.map?.setPin(null);
    this.#called = "";
    this.#say(words);
    if (back) this.words?.focus();
    this.#offerToDrop();
  }

  #offerToDrop() {
    if (this.dropper) this.dropper.hidden = !pointInInputs(this);
  }

  /** @param {Point} at @param {string} system @param {Way} by @param {number} [metres] accuracy */
  choose(at, system, by, metres = 0) {
    if (!isPossible(at)) {
      this.#say(IMPOSSIBLE, "late");
      return;
    }
    this.map?.setPin(at, by !== "map");
    this.#remember(by);
    fillInputs(this, at, system);
    this.#called = "";
    this.#offerToDrop();
    const rough = metres > ROUGH_METRES ? `位置只准到约 ${Math.round(metres / 10) * 10} 米，请在图上点准一些。` : "";
    this.#say(PICKED + rough);
    const detail = { lon: at[0], lat: at[1], system, by };
    this.dispatchEvent(new CustomEvent("place-picker:picked", { bubbles: true, detail }));
    this.#describe(at, system, rough);
  }

  /** @param {Point} at @param {string} system @param {string} rough */
  async #describe([lon, lat], system, rough) {
    const url = this.getAttribute("describe");
    if (!url) return;
    try {
      const { words, error } = await ask(url, { lon: lon.toFixed(6), lat: lat.toFixed(6), system });
      const still = pointInInputs(this);
      if (still?.[0].toFixed(6) !== lon.toFixed(6) || still[1].toFixed(6) !== lat.toFixed(6)) return;
      this.#called = words ?? "";
      if (error) this.#say(error, "late");
      else if (words) this.#say(`您标的位置：${words}。${rough}`);
    } catch {
      // The pin stands without its description.
    }
  }

  /** @param {string} words @param {string} [tone] */
  #say(words, tone = "") {
    if (!this.said) return;
    this.said.textContent = words;
    this.said.dataset.tone = tone;
  }
}

customElements.define("place-picker", PlacePicker);
