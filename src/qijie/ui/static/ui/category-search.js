// @ts-check
// <category-search words="id"> around a grouped <select>: a few words find the kind of matter, and
// what was already written about it suggests some. The select stays the one value that is sent.

const MOST_SHOWN = 5;
const LONG_IS_SURE = 1.5;
const NOTHING = "没有找到这一类。可以换个说法，也可以不选。";
const MAYBE = "按您写的，可能是：";

/** @typedef {{ option: HTMLOptionElement, names: string[], words: string[] }} Kind */

/** @param {string} words */
export const plain = (words) => words.normalize("NFKC").toLowerCase().replace(/[\s，。、；：！？（）()“”,.!?]/g, "");

/** How well a kind fits: the very name first, then names that begin so, then names that hold it, the shorter the better; then its words found in what was typed, a long one for more than two short ones, what was said first before what came after. @param {{ names: string[], words: string[] }} kind @param {string} typed */
export function fit(kind, typed) {
  const byName = Math.max(...kind.names.map((name) => named(name, typed)));
  if (byName > 0) return byName;
  const inside = kind.words.filter((word) => typed.includes(word));
  const whole = inside.filter((word) => !inside.some((other) => other !== word && other.includes(word)));
  if (whole.length === 0) return kind.words.some((word) => word.includes(typed)) ? 10 : 0;
  const first = Math.min(...whole.map((word) => typed.indexOf(word)));
  return 20 + whole.reduce((sum, word) => sum + word.length ** LONG_IS_SURE, 0) + 1 / (1 + first);
}

/** A kind by its names and the words it is found by; names made of several count part by part. @param {string[]} named @param {string} found @returns {{ names: string[], words: string[] }} */
export function kindOf(named, found) {
  const names = named.map(plain).filter(Boolean);
  const parts = named.flatMap((name) => name.split(/[、，（）()/]/)).map(plain).filter((part) => part.length > 2);
  const words = [...names, ...parts, ...found.split(" ").map(plain)].filter((word) => word.length > 1);
  return { names, words: [...new Set(words)] };
}

/** @param {string} name @param {string} typed */
function named(name, typed) {
  if (name === typed) return 400;
  const base = name.startsWith(typed) ? 300 : name.includes(typed) ? 200 : 0;
  return base && base - Math.min(name.length, 99);
}

class CategorySearch extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select");
    if (!select || this.select) return;
    this.select = select;
    /** @type {Kind[]} */
    this.kinds = [...select.options].filter((option) => option.value).map((option) => {
      return { option, ...kindOf([option.text, option.dataset.name ?? ""], option.dataset.words ?? "") };
    });
    this.#build(select);
    select.addEventListener("change", () => this.#show());
    select.form?.addEventListener("keep-draft:restored", () => this.#show());
    select.form?.addEventListener("reset", () => setTimeout(() => this.#show()));
    this.source = document.getElementById(this.getAttribute("words") ?? "");
    // While typing, not on leaving: what appears then pushes away the button being pressed.
    this.source?.addEventListener("input", () => this.#suggest());
    this.#show();
  }

  /** @param {HTMLSelectElement} select */
  #build(select) {
    const label = this.querySelector("label");
    this.input = document.createElement("input");
    this.input.type = "search";
    this.input.id = `${select.id}_search`;
    this.input.autocomplete = "off";
    this.input.placeholder = "打几个字找，例如：路灯";
    this.input.setAttribute("data-draft-never", "");
    this.input.setAttribute("aria-describedby", select.getAttribute("aria-describedby") ?? "");
    this.input.addEventListener("input", () => this.#search());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      const [first] = this.#matching(this.input?.value ?? "");
      if (first) this.#choose(first.option);
    });
    if (label) label.htmlFor = this.input.id;
    this.said = document.createElement("p");
    this.said.setAttribute("role", "status");
    this.found = document.createElement("ul");
    this.found.className = "place-found";
    this.found.setAttribute("aria-label", "找到的类别");
    this.all = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "从全部类别里选";
    this.all.className = "map-list";
    select.setAttribute("aria-label", "全部类别");
    this.all.append(summary, select);
    this.append(this.input, this.said, this.found, this.all);
    if (select.getAttribute("aria-invalid") === "true") this.all.open = true;
  }

  /** @param {string} typed @returns {Kind[]} */
  #matching(typed) {
    const words = plain(typed);
    if (!words) return [];
    const scored = (this.kinds ?? []).map((kind) => ({ kind, score: fit(kind, words) })).filter(({ score }) => score > 0);
    return scored.sort((one, other) => other.score - one.score).slice(0, MOST_SHOWN).map(({ kind }) => kind);
  }

  #search() {
    const typed = this.input?.value ?? "";
    const found = this.#matching(typed);
    this.#list(found);
    this.#say(typed && found.length === 0 ? NOTHING : "");
  }

  #suggest() {
    if (this.select?.value || this.input?.value || !(this.source instanceof HTMLTextAreaElement)) return;
    const found = this.#matching(this.source.value).slice(0, 3);
    this.#list(found);
    this.#say(found.length > 0 ? MAYBE : "");
  }

  /** @param {Kind[]} kinds */
  #list(kinds) {
    this.found?.replaceChildren(...kinds.map(({ option }) => {
      const item = document.createElement("li");
      const choose = document.createElement("button");
      choose.type = "button";
      choose.textContent = option.text;
      choose.addEventListener("click", () => this.#choose(option));
      item.append(choose);
      return item;
    }));
  }

  /** @param {HTMLOptionElement} option */
  #choose(option) {
    if (!this.select || !this.input) return;
    this.select.value = option.value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.value = "";
    this.input.focus();
  }

  #show() {
    const chosen = this.select?.selectedOptions[0];
    this.#list([]);
    this.#say(chosen?.value ? `已选：${chosen.text}` : "");
    if (!chosen?.value) this.#suggest();
  }

  /** @param {string} words */
  #say(words) {
    if (this.said) this.said.textContent = words;
  }
}

customElements.define("category-search", CategorySearch);
