// @ts-check
// Plain geometry on longitude and latitude, shared by the two maps. No DOM.

/** @typedef {[number, number]} Point longitude, latitude */
/** @typedef {[number, number, number, number]} Box west, south, east, north */
/** @typedef {{ type: string, coordinates?: any, geometries?: Geometry[] }} Geometry */
/** @typedef {{ type: "Feature", id?: string | number, geometry: Geometry | null, properties: Record<string, any> | null }} Feature */
/** @typedef {{ type: "FeatureCollection", features: Feature[] }} Collection */

/** @param {any} coordinates @returns {Generator<Point>} */
function* pointsIn(coordinates) {
  if (typeof coordinates[0] === "number") yield /** @type {Point} */ (coordinates);
  else for (const part of coordinates) yield* pointsIn(part);
}

/** @param {Geometry | null} geometry @returns {Generator<Point>} */
export function* pointsOf(geometry) {
  if (!geometry) return;
  if (geometry.geometries) for (const part of geometry.geometries) yield* pointsOf(part);
  else yield* pointsIn(geometry.coordinates ?? []);
}

/** @param {Iterable<Feature>} features @returns {Box | null} */
export function boxOf(features) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const feature of features) {
    for (const [lon, lat] of pointsOf(feature.geometry)) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box[0] <= box[2] ? box : null;
}

/** Twice the signed area. @param {Point[]} ring */
function twiceArea(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  }
  return sum;
}

/** @param {Point[]} ring @returns {Point} */
function centroid(ring) {
  const [[x0, y0]] = ring;
  let x = 0;
  let y = 0;
  let weight = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [ax, ay] = [ring[i][0] - x0, ring[i][1] - y0];
    const [bx, by] = [ring[i + 1][0] - x0, ring[i + 1][1] - y0];
    const cross = ax * by - bx * ay;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
    weight += cross * 3;
  }
  return weight ? [x0 + x / weight, y0 + y / weight] : ring[0];
}

/** Longitudes where the rings cross this latitude, sorted. @param {Point[][]} rings @param {number} lat */
function crossings(rings, lat) {
  const found = [];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[i + 1]];
      if (ay > lat !== by > lat) found.push(ax + ((lat - ay) / (by - ay)) * (bx - ax));
    }
  }
  return found.sort((a, b) => a - b);
}

/** A point to write a name at: the middle of the widest inside stretch level with the centroid. @param {Point[][]} rings @returns {Point} */
function nameSpot(rings) {
  const middle = centroid(rings[0]);
  const at = crossings(rings, middle[1]);
  let widest = 0;
  let lon = middle[0];
  for (let i = 0; i + 1 < at.length; i += 2) {
    const inside = at[i] <= middle[0] && middle[0] <= at[i + 1];
    if (inside) return middle;
    if (at[i + 1] - at[i] > widest) {
      widest = at[i + 1] - at[i];
      lon = (at[i] + at[i + 1]) / 2;
    }
  }
  return [lon, middle[1]];
}

/** @param {Geometry | null} geometry @returns {Point | null} */
export function labelPoint(geometry) {
  if (!geometry) return null;
  if (geometry.type === "Point") return geometry.coordinates;
  if (geometry.type === "Polygon") return nameSpot(geometry.coordinates);
  if (geometry.type !== "MultiPolygon") return null;
  /** @type {Point[][][]} */
  const parts = geometry.coordinates;
  const size = (/** @type {Point[][]} */ part) => Math.abs(twiceArea(part[0]));
  return nameSpot(parts.reduce((best, part) => (size(part) > size(best) ? part : best)));
}

/** @param {string | null} words "114.1,30.5,114.2,30.6" @returns {number[] | null} */
export function numbersIn(words) {
  const numbers = (words ?? "").split(/[\s,]+/).filter(Boolean).map(Number);
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : null;
}

// The box around all of China's land and waters, as kernel/coordinates.py has it.
const [WEST, SOUTH, EAST, NORTH] = [73, 3, 136, 54];

/** Whether a point may be one; nothing else is taken in, shown again or sent. @param {Point} at */
export const isPossible = ([lon, lat]) => lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;

/** Write what was pointed at into the named inputs of the form around an element. @param {HTMLElement} from @param {Point} at @param {string} system */
export const fillInputs = (from, [lon, lat], system) => writeInputs(from, lon.toFixed(6), lat.toFixed(6), system);

/** Nothing is pointed at any more. @param {HTMLElement} from */
export const emptyInputs = (from) => writeInputs(from, "", "", "");

/** @param {HTMLElement} from @param {string} lon @param {string} lat @param {string} system */
function writeInputs(from, lon, lat, system) {
  const scope = from.closest("form") ?? document;
  const values = { "lon-input": lon, "lat-input": lat, "system-input": system };
  for (const [attribute, value] of Object.entries(values)) {
    const name = from.getAttribute(attribute);
    const input = name ? scope.querySelector(`input[name="${CSS.escape(name)}"]`) : null;
    if (input instanceof HTMLInputElement) {
      input.value = value;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

/** A point already in the named inputs, so a page that comes back shows it again; an impossible one is emptied. @param {HTMLElement} from @returns {Point | null} */
export function pointInInputs(from) {
  const scope = from.closest("form") ?? document;
  const written = ["lon-input", "lat-input"].map((attribute) => {
    const input = scope.querySelector(`input[name="${CSS.escape(from.getAttribute(attribute) ?? "")}"]`);
    return input instanceof HTMLInputElement ? input.value : "";
  });
  const [lon, lat] = written.map((value) => (value === "" ? NaN : Number(value)));
  if (isPossible([lon, lat])) return [lon, lat];
  if (written.some((value) => value !== "")) emptyInputs(from);
  return null;
}
