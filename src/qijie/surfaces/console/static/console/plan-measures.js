// @ts-check
// What a plan's figures are, from who borders on whom and for how long. Pure: no page, no map, no
// geometry. The server counts the same from the same numbers and has the last word.

/** @typedef {{ low: number, high: number, measure: number }} Balance the measure is a column of `loads` */
/**
 * @typedef {object} Ground what a plan is put together from; everything in the order of the blocks
 * @property {number[][]} loads households first
 * @property {string[]} communities
 * @property {string[]} dedicated "" or what makes a block a dedicated grid
 * @property {string[]} today code of the grid a block lies in now, "" for none
 * @property {[number, number][]} pairs blocks that touch, or are joined for want of a border
 * @property {number[]} metres of border, by pair
 * @property {number[]} edges 0 along a street, by pair
 * @property {number[]} area
 * @property {number[]} perimeter
 * @property {number[]} street metres of outline on a street or the community's border
 * @property {Balance[]} balances
 */
/**
 * @typedef {object} Figures of one grid
 * @property {number} grid
 * @property {string} community
 * @property {boolean} counts whether the limits bind it: dedicated grids and empty land are free
 * @property {number[]} blocks
 * @property {number[]} loads
 * @property {number} compactness
 * @property {number} onStreet
 * @property {number} pieces
 * @property {boolean} mixed blocks of more than one community
 * @property {boolean} inBand
 * @property {Trouble[]} troubles
 */
/** @typedef {"apart" | "over" | "under" | "mixed"} Trouble */
/**
 * @typedef {object} Totals
 * @property {number} grids
 * @property {number} counted
 * @property {number} inBand
 * @property {number} least households of a counted grid
 * @property {number} most
 * @property {number} compactness mean
 * @property {number} onStreet share of the metres between grids
 * @property {number} moved households whose grid is no longer the one that goes on
 * @property {string[]} ended codes no grid of the plan goes on with
 */

/** Who touches whom. @param {Ground} ground @returns {number[][]} */
export function neighboursOf(ground) {
  /** @type {number[][]} */
  const near = ground.area.map(() => []);
  for (const [one, other] of ground.pairs) {
    near[one].push(other);
    near[other].push(one);
  }
  return near;
}

/** @param {number[]} grid @returns {Map<number, number[]>} blocks by grid, the lowest number first */
export function blocksByGrid(grid) {
  /** @type {Map<number, number[]>} */
  const found = new Map();
  for (const number of [...new Set(grid)].sort((a, b) => a - b)) found.set(number, []);
  grid.forEach((number, block) => found.get(number)?.push(block));
  return found;
}

/** @param {number[]} blocks @param {number[]} grid @param {number[][]} near */
function piecesOf(blocks, grid, near) {
  const seen = new Set();
  let pieces = 0;
  for (const start of blocks) {
    if (seen.has(start)) continue;
    pieces += 1;
    const ahead = [start];
    seen.add(start);
    while (ahead.length > 0) {
      const at = /** @type {number} */ (ahead.pop());
      for (const next of near[at]) {
        if (grid[next] !== grid[at] || seen.has(next)) continue;
        seen.add(next);
        ahead.push(next);
      }
    }
  }
  return pieces;
}

/** @param {number[]} blocks @param {number[]} column */
const sum = (blocks, column) => blocks.reduce((total, block) => total + column[block], 0);

/** Metres of border inside each grid: all of it, and what runs along streets. @param {Ground} ground @param {number[]} grid */
function innerBorders(ground, grid) {
  /** @type {Map<number, { all: number, street: number }>} */
  const inner = new Map();
  ground.pairs.forEach(([one, other], pair) => {
    if (grid[one] !== grid[other]) return;
    const found = inner.get(grid[one]) ?? { all: 0, street: 0 };
    found.all += ground.metres[pair];
    if (ground.edges[pair] === 0) found.street += ground.metres[pair];
    inner.set(grid[one], found);
  });
  return inner;
}

/** @param {Ground} ground @param {number[]} loads @returns {Trouble[]} */
function outOfBand(ground, loads) {
  const over = ground.balances.some(({ measure, high }) => loads[measure] > high);
  const under = ground.balances.some(({ measure, low }) => loads[measure] < low);
  return [...(over ? /** @type {const} */ (["over"]) : []), ...(under ? /** @type {const} */ (["under"]) : [])];
}

/** @param {Ground} ground @param {number[]} grid @param {number[][]} near @returns {Figures[]} */
export function figuresOf(ground, grid, near) {
  const inner = innerBorders(ground, grid);
  return [...blocksByGrid(grid)].map(([number, blocks]) => {
    const loads = ground.loads[0].map((_, column) => blocks.reduce((total, block) => total + ground.loads[block][column], 0));
    const inside = inner.get(number) ?? { all: 0, street: 0 };
    const outline = sum(blocks, ground.perimeter) - 2 * inside.all;
    const area = sum(blocks, ground.area);
    const pieces = piecesOf(blocks, grid, near);
    const mixed = blocks.some((block) => ground.communities[block] !== ground.communities[blocks[0]]);
    const word = ground.dedicated[blocks[0]];
    const isDedicated = word !== "" && blocks.every((block) => ground.dedicated[block] === word);
    const counts = !isDedicated && ground.balances.some(({ measure }) => loads[measure] > 0);
    const size = counts ? outOfBand(ground, loads) : [];
    /** @type {Trouble[]} */
    const troubles = [...(mixed ? /** @type {const} */ (["mixed"]) : []), ...(pieces > 1 ? /** @type {const} */ (["apart"]) : []), ...size];
    return {
      grid: number,
      community: ground.communities[blocks[0]],
      counts,
      blocks,
      loads,
      compactness: outline > 0 ? Math.min(1, (4 * Math.PI * area) / outline ** 2) : 0,
      onStreet: outline > 0 ? Math.max(0, Math.min(1, (sum(blocks, ground.street) - 2 * inside.street) / outline)) : 0,
      pieces,
      mixed,
      inBand: size.length === 0,
      troubles,
    };
  });
}

/** The best way to give each row a column of its own, by the shortest augmenting paths. @param {number[][]} worth rows no more than columns @returns {number[]} column by row */
function assigned(worth) {
  const [rows, columns] = [worth.length, worth[0].length];
  const rowPrice = new Array(rows + 1).fill(0);
  const columnPrice = new Array(columns + 1).fill(0);
  const rowOf = new Array(columns + 1).fill(0);
  for (let row = 1; row <= rows; row += 1) {
    const least = new Array(columns + 1).fill(Infinity);
    const from = new Array(columns + 1).fill(0);
    const used = new Array(columns + 1).fill(false);
    let column = 0;
    rowOf[0] = row;
    while (rowOf[column] !== 0) {
      used[column] = true;
      let [step, next] = [Infinity, 0];
      for (let other = 1; other <= columns; other += 1) {
        if (used[other]) continue;
        const cost = -worth[rowOf[column] - 1][other - 1] - rowPrice[rowOf[column]] - columnPrice[other];
        if (cost < least[other]) [least[other], from[other]] = [cost, column];
        if (least[other] < step) [step, next] = [least[other], other];
      }
      for (let other = 0; other <= columns; other += 1) {
        if (used[other]) {
          rowPrice[rowOf[other]] += step;
          columnPrice[other] -= step;
        } else least[other] -= step;
      }
      column = next;
    }
    for (; column !== 0; column = from[column]) rowOf[column] = rowOf[from[column]];
  }
  const chosen = new Array(rows).fill(-1);
  rowOf.forEach((row, column) => {
    if (column > 0 && row > 0) chosen[row - 1] = column - 1;
  });
  return chosen;
}

/** Which code each grid goes on with, so that as many households as can be keep theirs. @param {Ground} ground @param {number[]} grid @returns {Map<number, string>} */
export function continued(ground, grid) {
  const codes = [...new Set(ground.today)].filter(Boolean).sort();
  const grids = [...new Set(grid)].sort((a, b) => a - b);
  if (codes.length === 0) return new Map();
  const [row, column] = [codes, grids].map((names) => new Map(names.map((name, place) => [name, place])));
  const shared = codes.map(() => new Array(Math.max(codes.length, grids.length)).fill(0));
  grid.forEach((number, block) => {
    const place = row.get(ground.today[block]);
    // A block without households still tells which grid an empty one goes on with.
    if (place !== undefined) shared[place][Number(column.get(number))] += ground.loads[block][0] + 1e-6;
  });
  return new Map(assigned(shared).flatMap((at, place) => (at in grids && shared[place][at] > 0 ? [[grids[at], codes[place]]] : [])));
}

/** Blocks that are not with the grid that goes on with their code. @param {Ground} ground @param {number[]} grid @param {Map<number, string>} goesOn */
export const changedHands = (ground, grid, goesOn) =>
  ground.today.flatMap((code, block) => (code !== "" && goesOn.get(grid[block]) !== code ? [block] : []));

/** @param {Ground} ground @param {number[]} grid @param {Figures[]} figures @param {Map<number, string>} goesOn @returns {Totals} */
export function totalsOf(ground, grid, figures, goesOn) {
  const counted = figures.filter((one) => one.counts);
  const households = counted.map((one) => one.loads[0]);
  const bound = new Set(counted.map((one) => one.grid));
  let border = 0;
  let street = 0;
  ground.pairs.forEach(([one, other], pair) => {
    if (grid[one] === grid[other] || !bound.has(grid[one]) || !bound.has(grid[other])) return;
    border += ground.metres[pair];
    if (ground.edges[pair] === 0) street += ground.metres[pair];
  });
  const kept = new Set(goesOn.values());
  return {
    grids: figures.length,
    counted: counted.length,
    inBand: counted.filter((one) => one.inBand).length,
    least: households.length > 0 ? Math.min(...households) : 0,
    most: households.length > 0 ? Math.max(...households) : 0,
    compactness: counted.length > 0 ? counted.reduce((total, one) => total + one.compactness, 0) / counted.length : 0,
    onStreet: border > 0 ? street / border : 1,
    moved: changedHands(ground, grid, goesOn).reduce((total, block) => total + ground.loads[block][0], 0),
    ended: [...new Set(ground.today)].filter((code) => code !== "" && !kept.has(code)).sort(),
  };
}

/** Grids that touch, by number. @param {[number, number][]} pairs blocks that touch @param {number[]} grid @returns {Map<number, Set<number>>} */
export function gridsBeside(pairs, grid) {
  /** @type {Map<number, Set<number>>} */
  const beside = new Map(grid.map((number) => [number, new Set()]));
  for (const [one, other] of pairs) {
    if (grid[one] === grid[other]) continue;
    beside.get(grid[one])?.add(grid[other]);
    beside.get(grid[other])?.add(grid[one]);
  }
  return beside;
}

/** A colour for each grid, another than its neighbours'; a grid keeps the one it had where it can. @param {Map<number, Set<number>>} beside @param {Map<number, number>} before @param {number} colours @returns {Map<number, number>} */
export function coloured(beside, before, colours) {
  /** @type {Map<number, number>} */
  const chosen = new Map();
  const used = new Array(colours).fill(0);
  for (const number of [...beside.keys()].sort((a, b) => a - b)) {
    const taken = new Set([...(beside.get(number) ?? [])].map((other) => chosen.get(other)));
    const free = used.map((_, colour) => colour).filter((colour) => !taken.has(colour));
    const had = before.get(number);
    const least = free.sort((a, b) => used[a] - used[b] || a - b)[0] ?? 0;
    const colour = had !== undefined && !taken.has(had) ? had : least;
    chosen.set(number, colour);
    used[colour] += 1;
  }
  return chosen;
}
