// @ts-check
// Where the borders between blocks run, read once from their outlines, so that the line around a
// grid can be drawn again after every step without asking anybody. Pure; no DOM.

/** @typedef {[number, number]} Point longitude, latitude */
/** @typedef {{ type: string, coordinates?: any }} Geometry */
/** @typedef {{ ends: [Point, Point], blocks: number[] }} Stretch a straight piece of border and the one or two blocks it belongs to */

/** About a decimetre; outlines that share a border were cut from one drawing. */
const NEAR = 1e-6;
const CELL = 0.0005;

/** @param {Geometry} geometry @returns {Point[][]} */
const ringsOf = ({ type, coordinates }) => (type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : []);

/** @param {Point} at */
const keyOf = ([x, y]) => `${Math.round(x / NEAR)} ${Math.round(y / NEAR)}`;

/** Corners by the square of ground they lie in. @param {Iterable<Point>} corners @returns {Map<string, Point[]>} */
function bySquare(corners) {
  /** @type {Map<string, Point[]>} */
  const squares = new Map();
  for (const at of corners) {
    const square = `${Math.floor(at[0] / CELL)} ${Math.floor(at[1] / CELL)}`;
    const found = squares.get(square);
    if (found) found.push(at);
    else squares.set(square, [at]);
  }
  return squares;
}

/** Corners of other outlines that lie on a side, from its start on. @param {Point} from @param {Point} to @param {Map<string, Point[]>} squares @returns {Point[]} */
function cornersOn(from, to, squares) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const long = Math.hypot(dx, dy);
  if (long < NEAR) return [];
  /** @type {{ at: Point, along: number }[]} */
  const found = [];
  const [west, east] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [south, north] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  for (let column = Math.floor((west - NEAR) / CELL); column <= Math.floor((east + NEAR) / CELL); column += 1) {
    for (let row = Math.floor((south - NEAR) / CELL); row <= Math.floor((north + NEAR) / CELL); row += 1) {
      for (const at of squares.get(`${column} ${row}`) ?? []) {
        const [px, py] = [at[0] - from[0], at[1] - from[1]];
        const along = (px * dx + py * dy) / long;
        const off = Math.abs(px * dy - py * dx) / long;
        if (off < NEAR && along > NEAR && along < long - NEAR) found.push({ at, along });
      }
    }
  }
  return found.sort((a, b) => a.along - b.along).map(({ at }) => at);
}

/** Every stretch of border. @param {Geometry[]} shapes in the order of the blocks @returns {Stretch[]} */
export function stretchesOf(shapes) {
  /** @type {Map<string, Point>} */
  const corners = new Map();
  for (const shape of shapes) for (const ring of ringsOf(shape)) for (const at of ring) if (!corners.has(keyOf(at))) corners.set(keyOf(at), at);
  const squares = bySquare(corners.values());
  /** @type {Map<string, Stretch>} */
  const stretches = new Map();
  shapes.forEach((shape, block) => {
    for (const ring of ringsOf(shape)) {
      for (let i = 0; i + 1 < ring.length; i += 1) {
        const stops = [ring[i], ...cornersOn(ring[i], ring[i + 1], squares), ring[i + 1]];
        for (let j = 0; j + 1 < stops.length; j += 1) note(stretches, stops[j], stops[j + 1], block);
      }
    }
  });
  return [...stretches.values()];
}

/** @param {Map<string, Stretch>} stretches @param {Point} from @param {Point} to @param {number} block */
function note(stretches, from, to, block) {
  const [one, other] = [keyOf(from), keyOf(to)];
  if (one === other) return;
  const key = one < other ? `${one} ${other}` : `${other} ${one}`;
  const known = stretches.get(key);
  if (!known) stretches.set(key, { ends: [from, to], blocks: [block] });
  else if (!known.blocks.includes(block)) known.blocks.push(block);
}

/** The lines between blocks that `group` sets apart, and around all of them. @param {Stretch[]} stretches @param {(block: number) => unknown} group */
export const linesBetween = (stretches, group) =>
  stretches.filter(({ blocks }) => blocks.length === 1 || group(blocks[0]) !== group(blocks[1])).map(({ ends }) => ends);

/** The lines around some blocks. @param {Stretch[]} stretches @param {(block: number) => boolean} isIn */
export const linesAround = (stretches, isIn) =>
  stretches.filter(({ blocks }) => blocks.filter(isIn).length === 1).map(({ ends }) => ends);
