// @ts-check
// A street map small enough for a resident's phone: lines on a canvas, one pin. No tiles, no
// library. Drag or arrow keys to move, pinch, wheel or + − to zoom, tap or Enter to set the pin.

import { boxOf } from "./shapes.js";

/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Box} Box */
/** @typedef {import("./shapes.js").Feature} Feature */
/** @typedef {{ path: Float64Array, box: Box, rank: number, closed: boolean }} Line */

const TILE_PX = 256;
const LEAST_ZOOM = 10;
const MOST_ZOOM = 19;
const PIN_ZOOM = 17;
const TAP_PX = 10;
const STEP_PX = 64;
const EDGE_PX = 16;
const RANKS = [
  ["motorway", "trunk", "primary", "secondary", "motorway_link", "trunk_link", "primary_link", "secondary_link"],
  ["tertiary", "unclassified", "residential", "living_street", "tertiary_link"],
];
const ROAD_METRES = [22, 11, 4];
const LEAST_PX = [1.6, 0.7, 0.35];
const EARTH_METRES = 40075016.686;

/** Web Mercator, 0 to 1 from the north-west corner. @param {Point} at @returns {Point} */
export function toWorld([lon, lat]) {
  const sin = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** @param {Point} world @returns {Point} */
export function fromWorld([x, y]) {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI];
}

/** @param {Feature} feature */
function rankOf(feature) {
  const road = feature.properties?.class ?? feature.properties?.highway;
  const rank = RANKS.findIndex((roads) => roads.includes(road));
  return rank < 0 ? RANKS.length : rank;
}

/** @param {Feature} feature @returns {Point[][]} */
function strokesOf({ geometry }) {
  if (geometry?.type === "LineString") return [geometry.coordinates];
  if (geometry?.type === "MultiLineString" || geometry?.type === "Polygon") return geometry.coordinates;
  return geometry?.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

/** @param {Feature[]} features @returns {Line[]} */
function linesOf(features) {
  return features.flatMap((feature) =>
    strokesOf(feature).map((stroke) => {
      const world = stroke.map(toWorld);
      const [xs, ys] = [world.map((at) => at[0]), world.map((at) => at[1])];
      /** @type {Box} */
      const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      const closed = /Polygon/.test(feature.geometry?.type ?? "");
      return { path: Float64Array.from(world.flat()), box, rank: rankOf(feature), closed };
    }),
  );
}

export class LightMap {
  /** @type {Line[]} */
  #streets = [];
  /** @type {Line[]} */
  #area = [];
  /** @type {Point} */
  #center = [0.5, 0.5];
  #zoom = 15;
  #isPlaced = false;
  /** @type {Point | null} */
  #pin = null;
  #frame = 0;
  /** @type {Map<number, { x: number, y: number }>} */
  #fingers = new Map();
  #moved = 0;
  #spread = 0;

  /** @param {HTMLCanvasElement} canvas @param {(at: Point) => void} onPick @param {AbortSignal} signal */
  constructor(canvas, onPick, signal) {
    this.canvas = canvas;
    this.onPick = onPick;
    this.#listen(signal);
  }

  /** @param {Feature[]} streets @param {Feature[]} area */
  show(streets, area) {
    this.#streets = linesOf(streets).sort((a, b) => b.rank - a.rank);
    this.#area = linesOf(area);
    const box = boxOf(area.length > 0 ? area : streets);
    if (box && !this.#pin) this.fit(box);
    this.draw();
  }

  /** Whether what it shows lies somewhere: before that a tap means no place on earth. */
  get isPlaced() {
    return this.#isPlaced;
  }

  /** @param {Box} box */
  fit([west, south, east, north]) {
    const [left, bottom] = toWorld([west, south]);
    const [right, top] = toWorld([east, north]);
    const room = Math.min((this.canvas.clientWidth - EDGE_PX) / (right - left), (this.canvas.clientHeight - EDGE_PX) / (bottom - top));
    this.#center = [(left + right) / 2, (top + bottom) / 2];
    this.#isPlaced = true;
    // A point has no width, and a folded map has no room.
    this.#setZoom(room > 0 ? Math.log2(room / TILE_PX) : this.#zoom);
  }

  /** @param {Point | null} at @param {boolean} [near] bring it close */
  setPin(at, near = false) {
    this.#pin = at && toWorld(at);
    if (this.#pin && near) {
      this.#center = this.#pin;
      this.#isPlaced = true;
      this.#setZoom(Math.max(this.#zoom, PIN_ZOOM));
    }
    this.draw();
  }

  /** @param {number} by */
  zoomBy(by) {
    this.#setZoom(this.#zoom + by);
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  get #scale() {
    return TILE_PX * 2 ** this.#zoom;
  }

  /** @param {number} zoom */
  #setZoom(zoom) {
    this.#zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
    this.draw();
  }

  /** @param {number} x pixels in the canvas @param {number} y @returns {Point} */
  #worldAt(x, y) {
    return [
      this.#center[0] + (x - this.canvas.clientWidth / 2) / this.#scale,
      this.#center[1] + (y - this.canvas.clientHeight / 2) / this.#scale,
    ];
  }

  /** @param {number} dx pixels @param {number} dy */
  #pan(dx, dy) {
    this.#center = [this.#center[0] - dx / this.#scale, this.#center[1] - dy / this.#scale];
    this.draw();
  }

  /** Keep what is under (x, y) there. @param {number} by @param {number} x @param {number} y */
  #zoomAt(by, x, y) {
    const before = this.#worldAt(x, y);
    this.#setZoom(this.#zoom + by);
    const after = this.#worldAt(x, y);
    this.#center = [this.#center[0] + before[0] - after[0], this.#center[1] + before[1] - after[1]];
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { canvas } = this;
    const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ act) => canvas.addEventListener(name, act, { signal, passive: false });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#drag(event));
    on("pointerup", (event) => this.#lift(event));
    on("pointercancel", (event) => this.#fingers.delete(event.pointerId));
    on("wheel", (event) => this.#wheel(event));
    on("keydown", (event) => this.#key(event));
    const size = new ResizeObserver(() => this.draw());
    size.observe(canvas);
    const theme = new MutationObserver(() => this.draw());
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), { signal });
    signal.addEventListener("abort", () => {
      size.disconnect();
      theme.disconnect();
    });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    if (this.#fingers.size === 0) this.#moved = 0;
    this.#fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.#spread = this.#span();
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const finger = this.#fingers.get(event.pointerId);
    if (!finger) return;
    const [dx, dy] = [event.offsetX - finger.x, event.offsetY - finger.y];
    this.#moved += Math.hypot(dx, dy);
    Object.assign(finger, { x: event.offsetX, y: event.offsetY });
    if (this.#moved > TAP_PX) this.#pan(dx / this.#fingers.size, dy / this.#fingers.size);
    const spread = this.#span();
    if (this.#spread && spread) {
      const fingers = [...this.#fingers.values()];
      this.#zoomAt(Math.log2(spread / this.#spread), (fingers[0].x + fingers[1].x) / 2, (fingers[0].y + fingers[1].y) / 2);
    }
    this.#spread = spread;
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    const alone = this.#fingers.size === 1;
    this.#fingers.delete(event.pointerId);
    this.#spread = this.#span();
    if (alone && this.#moved <= TAP_PX) this.onPick(fromWorld(this.#worldAt(event.offsetX, event.offsetY)));
  }

  #span() {
    if (this.#fingers.size !== 2) return 0;
    const [one, other] = [...this.#fingers.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  }

  /** The page scrolls past the map until the map is the one being used. @param {WheelEvent} event */
  #wheel(event) {
    if (document.activeElement !== this.canvas && !event.ctrlKey) return;
    event.preventDefault();
    this.#zoomAt(-Math.sign(event.deltaY) * 0.5, event.offsetX, event.offsetY);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.#pan(STEP_PX, 0),
      ArrowRight: () => this.#pan(-STEP_PX, 0),
      ArrowUp: () => this.#pan(0, STEP_PX),
      ArrowDown: () => this.#pan(0, -STEP_PX),
      "+": () => this.zoomBy(1),
      "=": () => this.zoomBy(1),
      "-": () => this.zoomBy(-1),
      Enter: () => this.onPick(fromWorld(this.#center)),
      " ": () => this.onPick(fromWorld(this.#center)),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #paint() {
    const { canvas } = this;
    const pen = canvas.getContext("2d");
    if (!pen || !canvas.clientWidth) return;
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * dots);
    canvas.height = Math.round(canvas.clientHeight * dots);
    pen.scale(dots, dots);
    const inks = getComputedStyle(canvas);
    const ink = (/** @type {string} */ name) => inks.getPropertyValue(`--${name}`).trim();
    pen.fillStyle = ink("map-ground");
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    this.#strokes(pen, ink("map-casing"), 1.5);
    this.#strokes(pen, ink("map-road"), 0);
    this.#outline(pen, ink("accent"));
    this.#drawPin(pen, ink("danger"), ink("sheet"));
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} colour @param {number} more */
  #strokes(pen, colour, more) {
    pen.strokeStyle = colour;
    const metrePx = this.#scale / EARTH_METRES / Math.cos((fromWorld(this.#center)[1] * Math.PI) / 180);
    for (let rank = RANKS.length; rank >= 0; rank -= 1) {
      pen.lineWidth = Math.max(LEAST_PX[rank], ROAD_METRES[rank] * metrePx) + more;
      pen.beginPath();
      for (const line of this.#seen(this.#streets)) if (line.rank === rank) this.#trace(pen, line);
      pen.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} colour */
  #outline(pen, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.setLineDash([6, 5]);
    pen.beginPath();
    for (const line of this.#seen(this.#area)) this.#trace(pen, line);
    pen.stroke();
    pen.setLineDash([]);
  }

  /** @param {Line[]} lines */
  #seen(lines) {
    const [left, top] = this.#worldAt(0, 0);
    const [right, bottom] = this.#worldAt(this.canvas.clientWidth, this.canvas.clientHeight);
    return lines.filter(({ box }) => box[0] <= right && box[2] >= left && box[1] <= bottom && box[3] >= top);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Line} line */
  #trace(pen, { path, closed }) {
    const { clientWidth, clientHeight } = this.canvas;
    for (let i = 0; i < path.length; i += 2) {
      const x = (path[i] - this.#center[0]) * this.#scale + clientWidth / 2;
      const y = (path[i + 1] - this.#center[1]) * this.#scale + clientHeight / 2;
      if (i === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    if (closed) pen.closePath();
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} colour @param {string} paper */
  #drawPin(pen, colour, paper) {
    if (!this.#pin) return;
    const x = (this.#pin[0] - this.#center[0]) * this.#scale + this.canvas.clientWidth / 2;
    const y = (this.#pin[1] - this.#center[1]) * this.#scale + this.canvas.clientHeight / 2;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.bezierCurveTo(x - 5, y - 12, x - 14, y - 18, x - 14, y - 28);
    pen.arc(x, y - 28, 14, Math.PI, 0);
    pen.bezierCurveTo(x + 14, y - 18, x + 5, y - 12, x, y);
    pen.fillStyle = colour;
    pen.fill();
    pen.strokeStyle = paper;
    pen.lineWidth = 2.5;
    pen.stroke();
    pen.beginPath();
    pen.arc(x, y - 28, 5, 0, 2 * Math.PI);
    pen.fillStyle = paper;
    pen.fill();
  }
}
