// @ts-check
// <grid-map>: areas and points on our own streets, drawn by MapLibre, with a written twin.
// Attributes, feature properties and events are listed in docs/reference/assets.md.

import { boxOf, emptyInputs, fillInputs, isPossible, labelPoint, numbersIn, pointInInputs } from "./shapes.js";
import { inksOf, layersOf, streetSource } from "./map-style.js";

/** @typedef {import("./shapes.js").Collection} Collection */
/** @typedef {import("./shapes.js").Feature} Feature */
/** @typedef {import("./shapes.js").Point} Point */

const NO_DATA = "地图数据没有取到，请检查网络后重试；旁边的列表不受影响。";
const TAKEN_BACK = "标的点已去掉。";
const WORDS_CHANGED = "地点改过了，图上标的点没有动；不对就点“去掉”，或重新点。";
const CHOSEN_INSTEAD = "改选了地点，以选的为准，图上标的点已去掉。";
const NO_STREETS = "街道底图暂时取不到；边界和列表照常可用。";
const NO_CANVAS = "这台设备画不出地图，请看列表，内容是一样的。";
const CREDIT = "© OpenStreetMap contributors";
const IMPOSSIBLE = "这一点不在国内，没有选上，请把图移到事发的地方再点。";
const SYSTEM = "cgcs2000";
const WAIT_MS = 200;
const EDGE_PX = 32;
const FIRST_ZOOM = 13;
const CLOSEST_FIT = 17;
/** @type {Collection} */
const NOTHING = { type: "FeatureCollection", features: [] };

/** @param {Feature} feature */
const idOf = (feature) => String(feature.properties?.id ?? feature.id ?? "");

/** The worker fetches by itself and knows no page, so templates are made absolute by hand: URL() would escape the braces. @param {string} template */
const absolute = (template) => (template.startsWith("/") ? location.origin + template : template);

/** @param {Feature[]} features @returns {Collection} */
function labelsOf(features) {
  /** @type {Feature[]} */
  const labels = [];
  for (const feature of features) {
    const at = labelPoint(feature.geometry);
    if (!at || !feature.properties?.label) continue;
    const { label, note } = feature.properties;
    const properties = { label, point: feature.geometry?.type === "Point", ...(note ? { note } : {}) };
    labels.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties });
  }
  return { type: "FeatureCollection", features: labels };
}

/** @param {string} sign @param {string} label @param {() => void} act */
function tool(sign, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-tool";
  button.textContent = sign;
  if (sign.length > 1) button.classList.add("map-tool-words");
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

class GridMap extends HTMLElement {
  static observedAttributes = ["selected", "src"];

  /** @type {any} */
  #map = null;
  /** @type {Feature[]} */
  #features = [];
  #waiting = 0;
  #drawn = false;
  #loading = false;
  /** @type {HTMLDetailsElement | null} */
  #list = null;
  #fetching = new AbortController();
  #leaving = new AbortController();

  connectedCallback() {
    if (this.#map) return;
    this.#leaving = new AbortController();
    this.#build();
    this.#start();
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#fetching.abort();
    this.#map?.remove();
    this.#map = null;
    this.#drawn = false;
    this.#list?.remove();
    this.#list = null;
    this.replaceChildren();
    this.removeAttribute("data-map-ready");
  }

  /** @param {string} name @param {string | null} old @param {string | null} value */
  attributeChangedCallback(name, old, value) {
    if (!this.#drawn || old === value) return;
    if (name === "src") this.#load();
    else this.#paint();
  }

  get mode() {
    return this.getAttribute("mode") ?? "browse";
  }

  get selected() {
    return this.getAttribute("selected") ?? "";
  }

  get #duration() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250;
  }

  get #byView() {
    return (this.getAttribute("src") ?? "").includes("{bbox}");
  }

  #build() {
    this.canvas = document.createElement("div");
    this.canvas.className = "map-canvas";
    const tools = document.createElement("div");
    tools.className = "map-tools";
    tools.append(
      tool("＋", "放大", () => this.#map?.zoomIn({ duration: this.#duration })),
      tool("－", "缩小", () => this.#map?.zoomOut({ duration: this.#duration })),
      tool("全图", "看全图", () => this.#fit()),
    );
    if (this.mode === "pick") {
      this.dropper = tool("去掉", "去掉标的点", () => this.#unpick(TAKEN_BACK));
      tools.append(this.dropper);
      this.#offerToDrop();
    }
    const cross = document.createElement("div");
    cross.className = "map-cross";
    cross.textContent = "✛";
    cross.setAttribute("aria-hidden", "true");
    this.word = document.createElement("p");
    this.word.className = "map-word";
    this.word.setAttribute("role", "status");
    const credit = document.createElement("p");
    credit.className = "map-credit";
    credit.textContent = CREDIT;
    this.replaceChildren(this.canvas, cross, tools, this.word, credit);
  }

  async #start() {
    try {
      const library = await import(absolute(this.getAttribute("library") ?? ""));
      if (!this.isConnected) return;
      library.setWorkerUrl(absolute(this.getAttribute("worker") ?? ""));
      this.#map = this.#draw(library);
    } catch {
      this.#fail(NO_CANVAS);
      return;
    }
    this.#listen();
  }

  /** @param {any} library */
  #draw(library) {
    const inks = inksOf(this);
    const streets = this.getAttribute("streets");
    const at = pointInInputs(this);
    const features = { type: "geojson", data: NOTHING };
    return new library.Map({
      container: this.canvas,
      style: {
        version: 8,
        sources: { ...(streets !== null ? { streets: streetSource(absolute(streets)) } : {}), features, labels: features, picked: features },
        layers: layersOf(inks, this.selected, streets !== null),
      },
      ...this.#view(at),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      localIdeographFontFamily: getComputedStyle(this).fontFamily,
      locale: { "Map.Title": this.#title() },
    });
  }

  /** @param {Point | null} at */
  #view(at) {
    const bounds = numbersIn(this.getAttribute("bounds"));
    const center = at ?? numbersIn(this.getAttribute("center"));
    if (bounds?.length === 4 && !at) return { bounds, fitBoundsOptions: { padding: EDGE_PX } };
    return { center: center ?? [0, 0], zoom: Number(this.getAttribute("zoom")) || FIRST_ZOOM };
  }

  #title() {
    const label = this.getAttribute("label") ?? "地图";
    const how = this.mode === "pick" ? "方向键移动，加减号缩放，回车选定中心点" : "方向键移动，加减号缩放，内容见列表";
    return `${label}。${how}`;
  }

  #listen() {
    const map = this.#map;
    const { signal } = this.#leaving;
    map.on("load", () => {
      this.#drawn = true;
      this.#showPicked(pointInInputs(this));
      this.#load();
    });
    map.on("idle", () => this.toggleAttribute("data-map-ready", !this.#loading));
    map.on("movestart", () => this.removeAttribute("data-map-ready"));
    map.on("error", (/** @type {any} */ event) => {
      if (event.sourceId === "streets") this.#say(NO_STREETS);
    });
    map.on("moveend", () => {
      if (this.#byView) this.#loadSoon();
    });
    map.on("click", (/** @type {any} */ event) => this.#onClick(event));
    for (const layer of ["area", "point"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = this.mode === "browse" ? "pointer" : ""));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
    const canvas = map.getCanvas();
    canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#onKey(event), { signal });
    canvas.addEventListener("focus", () => this.toggleAttribute("data-aiming", this.mode === "pick" && canvas.matches(":focus-visible")), { signal });
    canvas.addEventListener("blur", () => this.removeAttribute("data-aiming"), { signal });
    this.#listenAround(signal);
  }

  /** @param {AbortSignal} signal */
  #listenAround(signal) {
    if (this.mode === "pick") this.#watchWords(signal);
    const size = new ResizeObserver(() => this.#map?.resize());
    size.observe(this);
    const theme = new MutationObserver(() => this.#paint());
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    signal.addEventListener("abort", () => {
      size.disconnect();
      theme.disconnect();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint(), { signal });
    const twin = document.getElementById(this.getAttribute("twin") ?? "");
    twin?.addEventListener("focusin", (event) => this.#fromTwin(event), { signal });
    twin?.addEventListener("pointerover", (event) => this.#fromTwin(event), { signal });
  }

  #loadSoon() {
    clearTimeout(this.#waiting);
    this.#waiting = window.setTimeout(() => this.#load(), WAIT_MS);
  }

  async #load() {
    const src = this.getAttribute("src");
    if (!src) return;
    this.#fetching.abort();
    this.#fetching = new AbortController();
    const { signal } = this.#fetching;
    const first = this.#features.length === 0;
    this.#loading = true;
    this.removeAttribute("data-map-ready");
    try {
      const answer = await fetch(this.#filled(src), { signal, headers: { Accept: "application/geo+json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#show(/** @type {Collection} */ (await answer.json()).features);
    } catch {
      if (!signal.aborted) this.#loaded(NO_DATA);
      return;
    }
    this.#loaded("");
    if (first && !this.#byView && !this.hasAttribute("bounds") && !this.hasAttribute("center")) this.#fit(0);
  }

  /** @param {string} trouble empty when there was none */
  #loaded(trouble) {
    this.#loading = false;
    if (trouble) this.#fail(trouble);
    else if (this.hasAttribute("data-map-error")) this.#say("");
    this.toggleAttribute("data-map-error", trouble !== "");
    this.#map.triggerRepaint();
  }

  /** @param {string} src */
  #filled(src) {
    const bounds = this.#map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    return src.replace("{bbox}", box.map((number) => number.toFixed(5)).join(","));
  }

  /** @param {Feature[]} features */
  #show(features) {
    for (const feature of features) feature.properties = { ...feature.properties, id: idOf(feature) };
    this.#features = features;
    this.#map.getSource("features").setData({ type: "FeatureCollection", features });
    this.#map.getSource("labels").setData(labelsOf(features));
    this.#markTwin();
    if (!this.hasAttribute("twin")) this.#writeList();
  }

  /** @param {number} [duration] */
  #fit(duration = this.#duration) {
    const box = boxOf(this.#features) ?? numbersIn(this.getAttribute("bounds"));
    if (box) this.#map?.fitBounds(box, { padding: EDGE_PX, maxZoom: CLOSEST_FIT, duration });
  }

  #paint() {
    const map = this.#map;
    if (!this.#drawn) return;
    this.removeAttribute("data-map-ready");
    const inks = inksOf(this);
    for (const layer of layersOf(inks, this.selected, this.hasAttribute("streets"))) {
      if ("filter" in layer) map.setFilter(layer.id, layer.filter);
      for (const [name, value] of Object.entries(layer.paint)) map.setPaintProperty(layer.id, name, value);
    }
    this.#markTwin();
  }

  /** @param {any} event */
  #onClick(event) {
    if (this.mode === "pick") this.pick([event.lngLat.lng, event.lngLat.lat]);
    if (this.mode !== "browse") return;
    const [hit] = this.#map.queryRenderedFeatures(event.point, { layers: ["point", "area"] });
    if (hit) this.select(idOf(hit));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Enter" || this.mode !== "pick") return;
    event.preventDefault();
    const { lng, lat } = this.#map.getCenter();
    this.pick([lng, lat]);
  }

  /** Mark a feature and follow its link, unless a listener of grid-map:select prevents that. @param {string} id */
  select(id) {
    const feature = this.#features.find((one) => idOf(one) === id);
    if (!feature) return;
    this.setAttribute("selected", id);
    const href = feature.properties?.href ?? "";
    const detail = { id, href, properties: feature.properties };
    const go = this.dispatchEvent(new CustomEvent("grid-map:select", { bubbles: true, cancelable: true, detail }));
    if (go && href) location.assign(href);
  }

  /** @param {Point} at */
  pick(at) {
    if (!isPossible(at)) {
      this.#say(IMPOSSIBLE);
      return;
    }
    this.#showPicked(at);
    fillInputs(this, at, SYSTEM);
    this.#say("已选定位置。");
    this.#offerToDrop();
    const detail = { lon: at[0], lat: at[1], system: SYSTEM };
    this.dispatchEvent(new CustomEvent("grid-map:picked", { bubbles: true, detail }));
  }

  /** @param {Point | null} at */
  #showPicked(at) {
    const features = at ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }] : [];
    this.#map?.getSource("picked")?.setData({ type: "FeatureCollection", features });
  }

  /** @param {string} words */
  #unpick(words) {
    emptyInputs(this);
    this.#showPicked(null);
    this.#say(words);
    this.#offerToDrop();
  }

  #offerToDrop() {
    if (this.dropper) this.dropper.hidden = !pointInInputs(this);
  }

  /** The place said in another field (beside="names") after the point was set: a chosen one stands instead of the point, written words raise the question. @param {AbortSignal} signal */
  #watchWords(signal) {
    const form = this.closest("form");
    form?.addEventListener("input", (event) => {
      const field = event.target;
      const names = (this.getAttribute("beside") ?? "").split(" ");
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || !names.includes(field.name) || !pointInInputs(this)) return;
      if (field instanceof HTMLInputElement) this.#say(WORDS_CHANGED);
      else if (field.value) this.#unpick(CHOSEN_INSTEAD);
    }, { signal });
    form?.addEventListener("reset", () => this.#unpick(""), { signal });
  }

  /** @param {Event} event */
  #fromTwin(event) {
    const row = event.target instanceof Element ? event.target.closest("[data-feature]") : null;
    const id = row?.getAttribute("data-feature") ?? "";
    if (!id || id === this.selected) return;
    this.setAttribute("selected", id);
    const feature = this.#features.find((one) => idOf(one) === id);
    const at = labelPoint(feature?.geometry ?? null);
    if (event.type === "focusin" && at && !this.#map.getBounds().contains(at)) {
      this.#map.panTo(at, { duration: this.#duration });
    }
  }

  #markTwin() {
    const twin = document.getElementById(this.getAttribute("twin") ?? "");
    for (const row of twin?.querySelectorAll("[data-feature]") ?? []) {
      if (row.getAttribute("data-feature") === this.selected) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  /** Without a twin on the page the map writes one under itself. */
  #writeList() {
    const list = this.#list ?? document.createElement("details");
    list.className = "map-list";
    const summary = document.createElement("summary");
    summary.textContent = `图上的 ${this.#features.length} 处，按名称看`;
    const items = document.createElement("ul");
    items.append(...this.#features.map((feature) => this.#listItem(feature)));
    list.replaceChildren(summary, items);
    if (!this.#list) this.after(list);
    this.#list = list;
  }

  /** @param {Feature} feature */
  #listItem(feature) {
    const { href, label, note } = feature.properties ?? {};
    const item = document.createElement("li");
    const link = document.createElement(href ? "a" : "span");
    if (link instanceof HTMLAnchorElement) link.href = href;
    link.textContent = [label ?? idOf(feature), note].filter(Boolean).join(" · ");
    item.append(link);
    return item;
  }

  /** @param {string} words */
  #say(words) {
    if (this.word) this.word.textContent = words;
  }

  /** @param {string} words */
  #fail(words) {
    this.#say(words);
    this.setAttribute("data-map-error", "");
  }
}

customElements.define("grid-map", GridMap);
