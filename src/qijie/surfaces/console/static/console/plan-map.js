// @ts-check
// The map of a plan: blocks coloured by grid, the line around each grid, what is wrong hatched and
// written. It shows what it is told and reports what was pointed at; it decides nothing.

import { boxOf, labelPoint } from "../ui/shapes.js";
import { ground, inksOf, streetLayers, streetSource } from "../ui/map-style.js";
import { linesAround, linesBetween } from "./plan-borders.js";

/** @typedef {import("../ui/shapes.js").Feature} Feature */
/** @typedef {import("../ui/shapes.js").Point} Point */
/** @typedef {import("./plan-borders.js").Stretch} Stretch */
/**
 * @typedef {object} Look what the map shows
 * @property {(block: number) => string | number} group blocks of one group lie in one grid
 * @property {Map<string | number, { title: string, note: string, trouble: string }>} labels by group; from afar only what is wrong is written
 * @property {(block: number) => number} colour
 * @property {Map<number, "over" | "under" | "apart">} troubled blocks of grids that break a rule
 * @property {Set<number>} changed
 * @property {Set<number>} picked
 */
/**
 * @typedef {object} Hands
 * @property {(block: number, more: boolean) => void} pick a click on a block; with shift or control beside those picked
 * @property {(block: number) => void} drop the picked blocks were let go over this one
 * @property {(block: number | null) => string} over words for what a drop here would do
 */

export const COLOURS = 7;
const TOKENS = Array.from({ length: COLOURS }, (_, i) => `grid-${i + 1}`);
const EDGE_PX = 24;
const CLOSE = 15.6;
const FAR = 13.4;
const TAP_PX = 6;
const HATCH_PX = 16;
const NOTHING = { type: "FeatureCollection", features: [] };
const STATE = (/** @type {string} */ name) => ["boolean", ["feature-state", name], false];

/** @param {Point[][]} lines */
const lineFeature = (lines) => ({ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } });

/** Stripes one way for too many, the other for too few, both for pieces: told apart without colour. @param {"over" | "under" | "apart" | "changed"} kind @param {string} ink */
function hatch(kind, ink) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = HATCH_PX;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1.75;
  pen.beginPath();
  if (kind === "changed") {
    for (const [x, y] of [[4, 4], [12, 12]]) {
      pen.moveTo(x + 1.6, y);
      pen.arc(x, y, 1.6, 0, 2 * Math.PI);
    }
    pen.fill();
  }
  for (const shift of kind === "changed" ? [] : [-HATCH_PX, 0, HATCH_PX]) {
    if (kind !== "under") {
      pen.moveTo(shift, HATCH_PX);
      pen.lineTo(shift + HATCH_PX, 0);
    }
    if (kind !== "over") {
      pen.moveTo(shift, 0);
      pen.lineTo(shift + HATCH_PX, HATCH_PX);
    }
  }
  pen.stroke();
  return pen.getImageData(0, 0, HATCH_PX, HATCH_PX);
}

/** @param {Record<string, string>} inks @param {boolean} streets */
function layersOf(inks, streets) {
  const colour = ["match", ["coalesce", ["feature-state", "colour"], 0], ...TOKENS.flatMap((token, i) => [i, inks[token]]), inks["plain-bg"]];
  const round = { "line-join": "round", "line-cap": "round" };
  const text = { "text-color": inks.ink, "text-halo-color": inks.sheet, "text-halo-width": 2 };
  return [
    ...ground(inks),
    { id: "block", type: "fill", source: "blocks", paint: { "fill-color": colour, "fill-opacity": 0.85 } },
    { id: "changed", type: "fill", source: "changed", paint: { "fill-pattern": "hatch-changed" } },
    { id: "troubled", type: "fill", source: "troubled", paint: { "fill-pattern": ["concat", "hatch-", ["get", "kind"]] } },
    ...(streets ? streetLayers(inks).map((layer) => ({ ...layer, paint: { ...layer.paint, "line-opacity": 0.55 } })) : []),
    { id: "block-line", type: "line", source: "blocks", layout: round, paint: { "line-color": inks.ink, "line-opacity": 0.35, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.3, 16, 1] } },
    { id: "grid-line", type: "line", source: "borders", layout: round, paint: { "line-color": inks.ink, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 1.4, 16, 3.5] } },
    { id: "trouble-line", type: "line", source: "trouble-lines", layout: { "line-join": "round" }, paint: { "line-color": inks.danger, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 2.5, 16, 5], "line-dasharray": [2, 1.2] } },
    { id: "picked", type: "fill", source: "blocks", paint: { "fill-color": inks.accent, "fill-opacity": ["case", STATE("picked"), 0.45, 0] } },
    { id: "picked-line", type: "line", source: "picked-lines", layout: round, paint: { "line-color": inks.accent, "line-width": 5 } },
    { id: "household", type: "symbol", source: "points", minzoom: CLOSE, layout: { "text-field": ["get", "words"], "text-size": 12, "text-padding": 1 }, paint: text },
    { id: "label", type: "symbol", source: "labels", layout: { "text-field": ["get", "title"], "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 16, 19], "text-padding": 0, "text-allow-overlap": true, "text-ignore-placement": true, "text-offset": [0, -0.35] }, paint: text },
    {
      id: "note", type: "symbol", source: "labels",
      layout: { "text-field": ["step", ["zoom"], ["get", "trouble"], FAR, ["get", "note"]], "text-size": ["interpolate", ["linear"], ["zoom"], 11, 9, 16, 13], "text-max-width": 12, "text-line-height": 1.2, "text-padding": 0, "text-anchor": "top", "text-offset": [0, 0.25], "symbol-sort-key": ["get", "rank"] },
      paint: text,
    },
  ];
}

export class PlanMap {
  /** @type {any} */
  #map = null;
  /** @type {(Point | null)[]} */
  #middles = [];
  /** @type {Look | null} */
  #look = null;
  #ready = false;
  #leaving = new AbortController();

  /** @param {HTMLElement} host @param {Feature[]} features @param {Stretch[]} stretches @param {number[]} area @param {Hands} hands */
  constructor(host, features, stretches, area, hands) {
    this.host = host;
    this.features = features;
    this.stretches = stretches;
    this.area = area;
    this.hands = hands;
    this.#middles = features.map((feature) => labelPoint(feature.geometry));
  }

  /** @param {any} library @param {{ streets: string | null, title: string }} wish */
  start(library, { streets, title }) {
    this.streets = streets !== null;
    const geojson = { type: "geojson", data: NOTHING };
    const sources = Object.fromEntries(["changed", "troubled", "borders", "trouble-lines", "picked-lines", "points", "labels"].map((name) => [name, geojson]));
    const blocks = { type: "geojson", data: { type: "FeatureCollection", features: this.features } };
    const map = (this.#map = new library.Map({
      container: this.host,
      style: { version: 8, sources: { ...(streets !== null ? { streets: streetSource(streets) } : {}), blocks, ...sources }, layers: [] },
      ...this.#frame(),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      boxZoom: false,
      fadeDuration: 0,
      localIdeographFontFamily: getComputedStyle(this.host).fontFamily,
      locale: { "Map.Title": title },
    }));
    map.on("load", () => this.#open());
    map.on("idle", () => this.host.parentElement?.toggleAttribute("data-map-ready", this.#ready));
    map.on("movestart", () => this.host.parentElement?.removeAttribute("data-map-ready"));
    this.#listen();
  }

  stop() {
    this.#leaving.abort();
    this.#map?.remove();
    this.#map = null;
    this.#ready = false;
  }

  #frame() {
    const box = boxOf(this.features);
    return box ? { bounds: box, fitBoundsOptions: { padding: EDGE_PX } } : { center: [0, 0], zoom: 13 };
  }

  get #calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250;
  }

  /** @param {number} by */
  zoom(by) {
    this.#map?.zoomTo(this.#map.getZoom() + by, { duration: this.#calm });
  }

  /** @param {number[]} [blocks] all of them without */
  fit(blocks) {
    const box = boxOf(blocks ? blocks.map((block) => this.features[block]) : this.features);
    if (box) this.#map?.fitBounds(box, { padding: EDGE_PX * (blocks ? 4 : 1), maxZoom: 17, duration: this.#calm });
  }

  /** Where the middle of a block is in the window, in CSS pixels. @param {number} block */
  pointOf(block) {
    const at = this.#middles[block];
    if (!at || !this.#map) return null;
    const { x, y } = this.#map.project(at);
    const frame = this.host.getBoundingClientRect();
    return { x: frame.left + x, y: frame.top + y };
  }

  #open() {
    this.#paint();
    this.#ready = true;
    const points = this.features.flatMap((feature, block) => {
      const at = this.#middles[block];
      const words = String(feature.properties?.written ?? "");
      return at && words ? [{ type: "Feature", properties: { words }, geometry: { type: "Point", coordinates: at } }] : [];
    });
    this.#map.getSource("points").setData({ type: "FeatureCollection", features: points });
    if (this.#look) this.show(this.#look);
  }

  /** Layers and hatches in the page's own inks. */
  #paint() {
    const map = this.#map;
    const inks = inksOf(this.host, TOKENS);
    for (const kind of /** @type {const} */ (["over", "under", "apart", "changed"])) {
      const ink = kind === "changed" ? inks.ink : inks.danger;
      if (map.hasImage(`hatch-${kind}`)) map.updateImage(`hatch-${kind}`, hatch(kind, ink));
      else map.addImage(`hatch-${kind}`, hatch(kind, ink));
    }
    for (const layer of layersOf(inks, this.streets ?? false)) {
      if (!map.getLayer(layer.id)) map.addLayer(layer);
      else for (const [name, value] of Object.entries(layer.paint)) map.setPaintProperty(layer.id, name, value);
    }
  }

  /** @param {Look} look */
  show(look) {
    this.#look = look;
    if (!this.#ready) return;
    this.host.parentElement?.removeAttribute("data-map-ready");
    this.features.forEach((_, block) => {
      this.#map.setFeatureState({ source: "blocks", id: block }, { colour: look.colour(block), picked: look.picked.has(block) });
    });
    const put = (/** @type {string} */ name, /** @type {any[]} */ features) => this.#map.getSource(name).setData({ type: "FeatureCollection", features });
    put("borders", [lineFeature(linesBetween(this.stretches, look.group))]);
    put("trouble-lines", [...look.labels.keys()].filter((group) => this.#isTroubled(group)).map((group) => lineFeature(linesAround(this.stretches, (block) => look.group(block) === group))));
    put("picked-lines", look.picked.size > 0 ? [lineFeature(linesAround(this.stretches, (block) => look.picked.has(block)))] : []);
    put("troubled", [...look.troubled].map(([block, kind]) => ({ ...this.features[block], properties: { kind } })));
    put("changed", [...look.changed].map((block) => ({ ...this.features[block], properties: {} })));
    put("labels", this.#labels(look));
  }

  /** @param {string | number} group */
  #isTroubled(group) {
    return [...(this.#look?.troubled.keys() ?? [])].some((block) => this.#look?.group(block) === group);
  }

  /** @param {Look} look */
  #labels(look) {
    /** @type {Map<string | number, number[]>} */
    const members = new Map();
    this.features.forEach((_, block) => {
      const found = members.get(look.group(block));
      if (found) found.push(block);
      else members.set(look.group(block), [block]);
    });
    return [...look.labels].flatMap(([group, { title, note, trouble }]) => {
      const at = this.#middleOf(members.get(group) ?? []);
      return at ? [{ type: "Feature", properties: { title, note, trouble, rank: this.#isTroubled(group) ? 0 : 1 }, geometry: { type: "Point", coordinates: at } }] : [];
    });
  }

  /** The middle of the block nearest to the middle of all of them. @param {number[]} blocks @returns {Point | null} */
  #middleOf(blocks) {
    let [x, y, weight] = [0, 0, 0];
    for (const block of blocks) {
      const at = this.#middles[block];
      if (!at) continue;
      x += at[0] * this.area[block];
      y += at[1] * this.area[block];
      weight += this.area[block];
    }
    if (weight === 0) return null;
    const off = (/** @type {number} */ block) => {
      const at = this.#middles[block];
      return at ? Math.hypot(at[0] - x / weight, at[1] - y / weight) : Infinity;
    };
    return this.#middles[blocks.reduce((best, block) => (off(block) < off(best) ? block : best))];
  }

  /** @param {{ x: number, y: number }} point @returns {number | null} */
  #blockAt(point) {
    const [hit] = this.#map.queryRenderedFeatures([point.x, point.y], { layers: ["block"] });
    return hit ? Number(hit.id) : null;
  }

  #listen() {
    const map = this.#map;
    const { signal } = this.#leaving;
    map.on("click", (/** @type {any} */ event) => {
      const block = this.#blockAt(event.point);
      const { shiftKey, ctrlKey, metaKey } = event.originalEvent;
      if (block !== null) this.hands.pick(block, shiftKey || ctrlKey || metaKey);
    });
    map.on("mousedown", (/** @type {any} */ event) => this.#takeUp(event));
    map.on("touchstart", (/** @type {any} */ event) => {
      if (event.points.length === 1) this.#takeUp(event);
    });
    const canvas = map.getCanvas();
    canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event), { signal });
    canvas.addEventListener("focus", () => this.host.parentElement?.toggleAttribute("data-aiming", canvas.matches(":focus-visible")), { signal });
    canvas.addEventListener("blur", () => this.host.parentElement?.removeAttribute("data-aiming"), { signal });
    map.on("mousemove", (/** @type {any} */ event) => {
      const block = this.#blockAt(event.point);
      canvas.style.cursor = block === null ? "" : this.#look?.picked.has(block) ? "grab" : "pointer";
    });
    const size = new ResizeObserver(() => map.resize());
    size.observe(this.host);
    const repaint = () => this.#ready && this.#paint();
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal });
    signal.addEventListener("abort", () => {
      size.disconnect();
      theme.disconnect();
    });
  }

  /** Enter or space takes the block under the cross. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const canvas = this.#map.getCanvas();
    const block = this.#blockAt({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
    if (block !== null) this.hands.pick(block, true);
  }

  /** A press on a picked block carries all of them until the finger is lifted. @param {any} event */
  #takeUp(event) {
    if (event.originalEvent.button > 0) return;
    const block = this.#blockAt(event.point);
    if (block === null || !this.#look?.picked.has(block)) return;
    event.preventDefault();
    this.#carry(event.point);
  }

  /** @param {{ x: number, y: number }} from */
  #carry(from) {
    const carrying = new AbortController();
    const { signal } = carrying;
    const told = document.createElement("p");
    told.className = "plan-carried";
    /** @type {number | null} */
    let over = null;
    let far = false;
    const move = (/** @type {PointerEvent | TouchEvent} */ event) => {
      const point = this.#pointOf(event);
      if (!point) return;
      far ||= Math.hypot(point.x - from.x, point.y - from.y) > TAP_PX;
      if (!far) return;
      if (!told.isConnected) this.host.append(told);
      over = this.#blockAt(point);
      told.textContent = this.hands.over(over);
      const isRight = point.x > this.host.clientWidth / 2;
      told.style.translate = `calc(${Math.round(point.x)}px${isRight ? " - 100% - 1.5rem" : ""}) ${Math.round(point.y)}px`;
    };
    const end = (/** @type {boolean} */ isDrop) => {
      carrying.abort();
      told.remove();
      if (isDrop && far && over !== null) this.hands.drop(over);
    };
    const options = { signal, capture: true };
    window.addEventListener("mousemove", move, options);
    window.addEventListener("touchmove", move, options);
    window.addEventListener("mouseup", () => end(true), options);
    window.addEventListener("touchend", () => end(true), options);
    window.addEventListener("touchcancel", () => end(false), options);
    window.addEventListener("keydown", (event) => event.key === "Escape" && end(false), options);
  }

  /** @param {MouseEvent | TouchEvent} event */
  #pointOf(event) {
    const at = "touches" in event ? event.touches[0] : event;
    if (!at) return null;
    const box = this.host.getBoundingClientRect();
    return { x: at.clientX - box.left, y: at.clientY - box.top };
  }
}
