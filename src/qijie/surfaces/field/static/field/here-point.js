// @ts-check
// <here-point> around three hidden inputs (lon, lat, system): “here” by the phone's position. Where
// the worker allowed it before, it is taken by itself; otherwise one button asks. It says how exact
// it is and can be taken back; without it the chosen grid or building is sent.

import { isPossible } from "../ui/shapes.js";

const DENIED = "手机没有允许本页使用位置；会按上面选的地点上报。";
const NO_POSITION = "现在测不到位置；会按上面选的地点上报。";
const PATIENCE_MS = 10000;
const ROUGH_METRES = 100;

/** @param {string} words @param {() => void} act */
function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}

class HerePoint extends HTMLElement {
  #leaving = new AbortController();

  disconnectedCallback() {
    this.#leaving.abort();
  }

  connectedCallback() {
    if (this.said || !navigator.geolocation) return;
    this.className = "row";
    this.take = button("用我现在的位置", () => this.#locate());
    this.drop = button("不用位置", () => {
      this.#forget("不带位置，按上面选的地点上报。");
      this.take?.focus();
    });
    this.said = document.createElement("p");
    this.said.setAttribute("role", "status");
    this.append(this.take, this.drop, this.said);
    const form = this.closest("form");
    form?.addEventListener("change", (event) => this.#onChoice(event), { signal: this.#leaving.signal });
    form?.addEventListener("reset", () => this.#forget(""), { signal: this.#leaving.signal });
    this.#show(Boolean(this.#input("lon")?.value));
    if (this.#input("lon")?.value) this.#say("已有位置。");
    else isAllowed().then((allowed) => allowed && this.#locate());
  }

  /** @param {string} name @returns {HTMLInputElement | null} */
  #input(name) {
    return this.querySelector(`input[name="${name}"]`);
  }

  /** @param {Record<string, string>} values */
  #fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const input = this.#input(name);
      if (input) input.value = value;
    }
  }

  #locate() {
    this.#say("正在测位置…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.#found(coords),
      (error) => this.#say(error.code === error.PERMISSION_DENIED ? DENIED : NO_POSITION),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30000 },
    );
  }

  /** @param {GeolocationCoordinates} coords */
  #found({ longitude, latitude, accuracy }) {
    if (!isPossible([longitude, latitude])) {
      this.#say(NO_POSITION);
      return;
    }
    this.#fill({ lon: longitude.toFixed(6), lat: latitude.toFixed(6), system: "wgs84" });
    const metres = Math.max(1, Math.round(accuracy));
    const rough = metres > ROUGH_METRES ? "，不太准，最好再选一下楼栋" : "";
    this.#say(`已取到您的位置，准到约 ${metres} 米${rough}。选了楼栋就以楼栋为准。`);
    this.#show(true);
  }

  /** @param {string} words */
  #forget(words) {
    this.#fill({ lon: "", lat: "", system: "" });
    this.#say(words);
    this.#show(false);
  }

  /** A place chosen after the position was taken stands instead of it. @param {Event} event */
  #onChoice({ target }) {
    if (!(target instanceof HTMLSelectElement) || target.name !== "path" || !this.#input("lon")?.value) return;
    this.#forget("改选了地点，以选的为准，位置已去掉；人就在那里，可以再取一次。");
  }

  /** @param {boolean} has */
  #show(has) {
    if (this.take) this.take.hidden = has;
    if (this.drop) this.drop.hidden = !has;
  }

  /** @param {string} words */
  #say(words) {
    if (this.said) this.said.textContent = words;
  }
}

customElements.define("here-point", HerePoint);
