// @ts-check
// <plan-editor>: a plan changed by hand. Every step shows at once, from the figures the page holds,
// and is saved at once; what the server answers replaces what was guessed. The form inside works
// without this file, so everything here can be done there too.

import { toast } from "../ui/live.js";
import { NotSent, send } from "../ui/sending.js";
import { newKey } from "../ui/submit-once.js";
import { stretchesOf } from "./plan-borders.js";
import { COLOURS, PlanMap } from "./plan-map.js";
import { blocksByGrid, changedHands, coloured, continued, figuresOf, gridsBeside, neighboursOf, totalsOf } from "./plan-measures.js";

/** @typedef {import("./plan-measures.js").Ground} Ground */
/** @typedef {import("./plan-measures.js").Figures} Figures */
/** @typedef {{ version: number, grid: number[], locked: number[], can_undo: boolean, last: string, gave_way: { grid: number, sentence: string }[] }} State as the server keeps it */
/** @typedef {{ verb: string, grid: number, to: number, blocks: number[], key?: string }} Step the key makes it take effect once, however often it is sent */
/** @typedef {{ ground: Ground, names: string[], communities: Record<string, string>, grids: Record<string, { community: string, name: string, worker: string }>, limits: { label: string, unit: string }[] }} Facts */

const MEDIA_TYPE = "application/geo+json";
const NO_DATA = "方案数据没有取到，请检查网络后刷新本页；下面的表格不受影响。";
const NO_CANVAS = "这台设备画不出可拖动的地图，请用表格移动地块，能做的事是一样的。";
const NOT_SENT = "网络没有接通，这一步没有保存，地图已回到上一步的样子。";
const HATCH_OF = { apart: "apart", mixed: "apart", over: "over", under: "under" };

/** @param {number} share */
const percent = (share) => `${Math.round(share * 100)}%`;
/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString("zh-CN");

/** @param {any} data @returns {Facts} */
function factsOf(data) {
  const of = (/** @type {string} */ name) => data.features.map((/** @type {any} */ feature) => feature.properties[name]);
  const { graph } = data;
  return {
    ground: {
      loads: of("loads"), communities: of("community"), dedicated: of("dedicated"), today: of("today"),
      pairs: graph.pairs, metres: graph.border_metres, edges: graph.edge,
      area: graph.area, perimeter: graph.perimeter_metres, street: graph.street_metres, balances: data.balances,
    },
    names: of("name"),
    communities: data.communities,
    grids: data.grids,
    limits: data.balances,
  };
}

class PlanEditor extends HTMLElement {
  /** @type {Facts | null} */
  #facts = null;
  /** @type {State | null} what the server has */
  #saved = null;
  /** @type {number[]} what is shown */
  #grid = [];
  /** @type {number[][]} */
  #near = [];
  /** @type {[number, number][]} blocks that touch, across communities too */
  #touching = [];
  /** @type {import("./plan-borders.js").Stretch[]} */
  #stretches = [];
  /** @type {Set<number>} */
  #picked = new Set();
  #current = 0;
  /** @type {Map<number, string>} the code each grid goes on with */
  #goesOn = new Map();
  /** @type {Map<number, number>} */
  #colours = new Map();
  /** @type {PlanMap | null} */
  #map = null;
  #sending = false;
  #seesToday = false;
  /** @type {Step | null} */
  #again = null;
  #leaving = new AbortController();

  async connectedCallback() {
    this.#leaving = new AbortController();
    this.#listen();
    try {
      const answer = await fetch(this.getAttribute("src") ?? "", { headers: { Accept: MEDIA_TYPE } });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      this.#facts = factsOf(data);
      this.#near = neighboursOf(this.#facts.ground);
      this.#stretches = stretchesOf(data.features.map((/** @type {any} */ feature) => feature.geometry));
      this.#touching = this.#stretches.flatMap(({ blocks: [one, other] }) => (other === undefined ? [] : [/** @type {[number, number]} */ ([one, other])]));
      this.#take(data.state);
      this.#openMap(data.features);
    } catch {
      this.#tell(NO_DATA, "late");
      return;
    }
    this.#current = Number(this.#input("grid").value) || this.#grid[0];
    this.#show();
    this.setAttribute("data-ready", "");
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#map?.stop();
    this.#map = null;
  }

  /** @param {string} part @returns {HTMLElement} */
  #part(part) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${part}"]`));
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #input(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`[name="${name}"]`));
  }

  get #ground() {
    return /** @type {Facts} */ (this.#facts).ground;
  }

  /** @param {State} state */
  #take(state) {
    this.#saved = state;
    this.#grid = [...state.grid];
    for (const input of document.querySelectorAll("input[name='version']")) /** @type {HTMLInputElement} */ (input).value = String(state.version);
  }

  // The map

  /** @param {any[]} features */
  async #openMap(features) {
    const frame = this.#part("map");
    const host = /** @type {HTMLElement} */ (frame.querySelector(".map-canvas"));
    const address = (/** @type {string} */ name) => {
      const url = this.getAttribute(name) ?? "";
      return url.startsWith("/") ? location.origin + url : url;
    };
    try {
      const library = await import(address("library"));
      library.setWorkerUrl(address("worker"));
      if (!this.isConnected) return;
      for (const feature of features) feature.properties.written = String(whole(feature.properties.loads[0]));
      this.#map = new PlanMap(host, features, this.#stretches, this.#ground.area, {
        pick: (block, more) => this.#pick(block, more),
        drop: (block) => this.#act({ verb: "move", grid: this.#current, to: this.#grid[block], blocks: [...this.#picked] }),
        over: (block) => this.#wordsOver(block),
      });
      this.#map.start(library, { streets: this.hasAttribute("streets") ? address("streets") : null, title: `${this.getAttribute("label") ?? "方案"}。方向键移动，加减号缩放，回车选中十字处的地块；内容见表格` });
      frame.setAttribute("data-drawn", "");
      this.#show();
    } catch {
      this.#part("map-word").textContent = NO_CANVAS;
    }
  }

  /** Where a block is in the window, in CSS pixels; null before the map stands. @param {number} block */
  pointOf(block) {
    return this.#map?.pointOf(block) ?? null;
  }

  /** What a drop here would do. @param {number | null} block */
  #wordsOver(block) {
    const blocks = [...this.#picked];
    const households = blocks.reduce((total, one) => total + this.#ground.loads[one][0], 0);
    const held = `${blocks.length} 块 ${whole(households)} 户`;
    if (block === null) return `${held}：不在任何地块上，松手不移动`;
    const to = this.#grid[block];
    if (blocks.every((one) => this.#grid[one] === to)) return `${held}：还在第 ${to} 格`;
    const after = this.#grid.map((number, one) => (this.#picked.has(one) ? to : number));
    const figures = figuresOf(this.#ground, after, this.#near).find((one) => one.grid === to);
    return `${held} → 第 ${to} 格，共 ${this.#words(/** @type {Figures} */ (figures))}`;
  }

  /** @param {Figures} figures */
  #words(figures) {
    const troubles = figures.troubles.map((trouble) => this.#troubleWords(figures, trouble));
    return [`${whole(figures.loads[0])} 户`, ...troubles].join("，");
  }

  /** @param {Figures} figures @param {import("./plan-measures.js").Trouble} trouble */
  #troubleWords(figures, trouble) {
    if (trouble === "apart") return `不连通（${figures.pieces} 片）`;
    if (trouble === "mixed") return "跨社区";
    return this.#ground.balances.flatMap(({ measure, low, high }, place) => {
      const { label, unit } = /** @type {Facts} */ (this.#facts).limits[place];
      const load = figures.loads[measure];
      if (trouble === "over" && load > high) return [`${label}超出 ${whole(load - high)} ${unit}`];
      return trouble === "under" && load < low ? [`${label}不足 ${whole(low - load)} ${unit}`] : [];
    }).join("，");
  }

  // What is picked

  /** A click begins anew in another grid, unless more are wanted. @param {number} block @param {boolean} more */
  #pick(block, more) {
    if (this.hasAttribute("data-only-seen")) {
      this.#look(this.#grid[block]);
      return;
    }
    if (this.#picked.has(block)) this.#picked.delete(block);
    else {
      if (!more && [...this.#picked].some((one) => this.#grid[one] !== this.#grid[block])) this.#picked.clear();
      this.#picked.add(block);
    }
    this.#current = this.#grid[block];
    this.#show();
    this.#say(this.#pickedWords());
  }

  #pickedWords() {
    const blocks = [...this.#picked];
    if (blocks.length === 0) return "没有选中地块。";
    const households = blocks.reduce((total, one) => total + this.#ground.loads[one][0], 0);
    const from = [...new Set(blocks.map((one) => this.#grid[one]))].sort((a, b) => a - b).join("、");
    return `已选第 ${from} 格的 ${blocks.length} 块，${whole(households)} 户。`;
  }

  // Steps

  /** @param {Step} step */
  async #act(step) {
    const objection = this.#objection(step);
    if (objection) {
      this.#tell(objection, "late");
      return;
    }
    if (this.#sending) return;
    this.#clearTrouble();
    this.#guess(step);
    await this.#send(step);
  }

  /** @param {Step} step */
  #objection(step) {
    if (this.#sending) return "上一步正在保存，请等一下再做。";
    if (step.verb === "undo") return this.#saved?.can_undo ? "" : "已经没有可以撤销的一步。";
    if ((step.verb === "move" || step.verb === "apart") && step.blocks.length === 0) return "请先在地图上点选，或在列表里勾选要移动的地块。";
    if (step.verb === "move" && !step.to) return "请选择移到哪一格。";
    if (step.verb === "move" && step.blocks.every((block) => this.#grid[block] === step.to)) return `选中的地块已经在第 ${step.to} 格，请选择另一格。`;
    if (step.verb === "merge" && !step.to) return "请选择和哪一格合并。";
    if (step.verb === "merge" && step.to === step.grid) return "一格不能和自己合并，请选择另一格。";
    return "";
  }

  /** Shows a step before the server has heard of it. @param {Step} step */
  #guess(step) {
    const began = performance.now();
    if (step.verb === "move") for (const block of step.blocks) this.#grid[block] = step.to;
    if (step.verb === "apart") {
      const fresh = Math.max(...this.#grid) + 1;
      for (const block of step.blocks) this.#grid[block] = fresh;
      this.#current = fresh;
    }
    if (step.verb === "merge") this.#grid = this.#grid.map((number) => (number === step.grid ? step.to : number));
    if (step.verb === "move" || step.verb === "merge") this.#current = step.to;
    this.#show();
    performance.measure("plan-editor:step", { start: began, end: performance.now() });
  }

  /** @param {Step} step */
  async #send(step) {
    const before = this.#figures().length;
    this.#busy(true);
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form[data-part='form']"));
    const body = () => new URLSearchParams({ version: String(this.#saved?.version), verb: step.verb, grid: String(step.grid), to: String(step.to || ""), blocks: step.blocks.join(","), form_key: (step.key ??= newKey()) });
    try {
      const answer = await send(form.action, body, { Accept: "application/json" });
      this.#answered(step, answer.status, await answer.json(), before);
    } catch (error) {
      this.#grid = [...(this.#saved?.grid ?? [])];
      this.#current = step.grid;
      this.#again = step;
      this.#tell(error instanceof NotSent && error.why !== "offline" ? error.message : NOT_SENT, "late");
      this.#show();
    } finally {
      this.#busy(false);
    }
  }

  /** @param {Step} step @param {number} status @param {{ state?: State, said?: string, sentence?: string }} told @param {number} before */
  #answered(step, status, told, before) {
    if (told.state) this.#take(told.state);
    else this.#grid = [...(this.#saved?.grid ?? [])];
    if (status >= 400) {
      this.#current = step.grid;
      this.#again = status === 409 ? step : null;
      this.#tell(told.sentence ?? NOT_SENT, "late");
      this.#show();
      return;
    }
    this.#picked.clear();
    this.#showGaveWay();
    if (step.verb === "split" || step.verb === "apart") this.#current = Math.max(...this.#grid);
    this.#show();
    const totals = this.#totals();
    const now = this.#figures();
    const grids = now.length !== before ? `，现在共 ${now.length} 格` : "";
    const of = now.find((one) => one.grid === this.#current);
    const here = of ? `第 ${of.grid} 格 ${this.#words(of)}。` : "";
    this.#say(`${told.said ?? "已保存。"}${here}${totals.counted} 格中 ${totals.inBand} 格在范围内${grids}。`);
  }

  /** @param {boolean} is */
  #busy(is) {
    this.#sending = is;
    this.toggleAttribute("data-sending", is);
    this.#part("saved").textContent = is ? "正在保存…" : `已保存${this.#saved?.last ? `：${this.#saved.last}` : ""}`;
  }

  // What the page shows

  /** Which rule gave way, as the server counted it after the last step. */
  #showGaveWay() {
    const list = document.getElementById("gave-way");
    if (!list) return;
    const shown = (this.#saved?.gave_way ?? []).map(({ grid, sentence }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `?grid=${grid}#blocks`;
      link.textContent = `看第 ${grid} 格`;
      item.append(`${sentence} `, ...(grid ? [link] : []));
      return item;
    });
    if (shown.length === 0) shown.push(Object.assign(document.createElement("li"), { textContent: "每条规则都守住了。" }));
    list.replaceChildren(...shown);
  }

  #figures() {
    return figuresOf(this.#ground, this.#grid, this.#near);
  }

  #totals() {
    return totalsOf(this.#ground, this.#grid, this.#figures(), continued(this.#ground, this.#grid));
  }

  #show() {
    if (!this.#facts) return;
    const figures = this.#figures();
    const goesOn = (this.#goesOn = continued(this.#ground, this.#grid));
    const beside = gridsBeside(this.#ground.pairs, this.#grid);
    this.#colours = coloured(gridsBeside(this.#touching, this.#grid), this.#colours, COLOURS);
    if (!figures.some((one) => one.grid === this.#current)) this.#current = figures[0].grid;
    this.#input("grid").value = String(this.#current);
    this.#showTotals(totalsOf(this.#ground, this.#grid, figures, goesOn));
    this.#showRows(figures, goesOn);
    this.#showCurrent(/** @type {Figures} */ (figures.find((one) => one.grid === this.#current)), figures, beside);
    this.#showMap(figures, goesOn);
  }

  /** @param {import("./plan-measures.js").Totals} totals */
  #showTotals(totals) {
    /** @type {Record<string, string>} */
    const words = {
      in_band: `${totals.inBand} / ${totals.counted}`,
      range: `${whole(totals.least)}–${whole(totals.most)} 户`,
      compactness: totals.compactness.toFixed(2),
      on_street: percent(totals.onStreet),
      moved: `${whole(totals.moved)} 户`,
      losing: `${totals.ended.length} 个`,
    };
    for (const [name, value] of Object.entries(words)) {
      const shown = this.querySelector(`[data-figure="${name}"]`);
      if (shown) shown.textContent = value;
    }
    const losing = totals.ended.map((code) => `${this.#facts?.grids[code]?.community ?? ""}${this.#namedGrid(code) || code}`);
    this.#part("losing").textContent = losing.join("、");
    this.#part("losing-more").hidden = losing.length === 0;
  }

  /** @param {Figures[]} figures @param {Map<number, string>} goesOn */
  #showRows(figures, goesOn) {
    const body = this.#part("grids");
    const shape = /** @type {HTMLTemplateElement} */ (this.querySelector("template[data-shape='grid']"));
    const rows = new Map([...body.children].map((row) => [Number(row.getAttribute("data-grid")), /** @type {HTMLElement} */ (row)]));
    for (const one of figures) {
      const row = rows.get(one.grid) ?? /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (shape.content.firstElementChild).cloneNode(true));
      rows.delete(one.grid);
      this.#fillRow(row, one, goesOn.get(one.grid) ?? "");
      if (row.parentElement !== body) this.#place(row, one.grid, body);
    }
    for (const row of rows.values()) row.remove();
  }

  /** @param {HTMLElement} row @param {number} grid @param {HTMLElement} body */
  #place(row, grid, body) {
    const next = [...body.children].find((other) => Number(other.getAttribute("data-grid")) > grid);
    body.insertBefore(row, next ?? null);
  }

  /** @param {HTMLElement} row @param {Figures} figures @param {string} code */
  #fillRow(row, figures, code) {
    const { grid } = figures;
    const cell = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-cell="${name}"]`));
    row.dataset.grid = String(grid);
    row.toggleAttribute("aria-current", false);
    if (grid === this.#current) row.setAttribute("aria-current", "true");
    const link = /** @type {HTMLAnchorElement} */ (cell("grid"));
    link.href = `?grid=${grid}#blocks`;
    link.textContent = `第 ${grid} 格`;
    cell("swatch").className = `plan-swatch plan-tone-${(this.#colours.get(grid) ?? 0) + 1}`;
    cell("swatch").textContent = String(grid);
    cell("community").textContent = this.#facts?.communities[figures.community] ?? "";
    cell("households").textContent = whole(figures.loads[0]);
    this.#badge(cell("state"), figures);
    cell("compactness").textContent = figures.compactness.toFixed(2);
    cell("on_street").textContent = percent(figures.onStreet);
    cell("worker").textContent = this.#namedGrid(code) || "新网格";
    cell("lock").hidden = !this.#saved?.locked.includes(grid);
  }

  /** A grid of today and who works there. @param {string} code */
  #namedGrid(code) {
    const known = this.#facts?.grids[code];
    return known ? [known.name, known.worker].filter(Boolean).join(" · ") : "";
  }

  /** @param {HTMLElement} place @param {Figures} figures */
  #badge(place, figures) {
    const kind = figures.troubles.length > 0 ? "trouble" : figures.counts ? "kept" : "free";
    const shape = /** @type {HTMLTemplateElement} */ (this.querySelector(`template[data-shape='${kind}']`));
    if (kind !== "trouble") {
      place.replaceChildren(shape.content.cloneNode(true));
      return;
    }
    place.replaceChildren(
      ...figures.troubles.map((trouble) => {
        const badge = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (shape.content.firstElementChild).cloneNode(true));
        badge.append(this.#troubleWords(figures, trouble));
        return badge;
      }),
    );
  }

  /** @param {Figures} current @param {Figures[]} figures @param {Map<number, Set<number>>} beside */
  #showCurrent(current, figures, beside) {
    this.#part("current").textContent = `第 ${current.grid} 格`;
    this.#part("current-words").textContent = `${this.#facts?.communities[current.community] ?? ""} · ${current.blocks.length} 块 · ${this.#words(current)}`;
    this.#showBlocks(current);
    if (this.hasAttribute("data-only-seen")) return;
    const isLocked = this.#saved?.locked.includes(current.grid) ?? false;
    const lock = /** @type {HTMLButtonElement} */ (this.#part("lock"));
    lock.value = isLocked ? "unlock" : "lock";
    this.#part("lock-words").textContent = isLocked ? "解锁这一格" : "锁定这一格";
    this.#part("picked").textContent = this.#pickedWords();
    /** @type {HTMLButtonElement} */ (this.#part("undo")).toggleAttribute("disabled", !this.#saved?.can_undo);
    this.#showTargets(current, figures, beside);
  }

  /** @param {Figures} current */
  #showBlocks(current) {
    const list = this.#part("blocks");
    const shape = /** @type {HTMLTemplateElement} */ (this.querySelector("template[data-shape='block']"));
    const known = new Map([...list.children].map((item) => [Number(item.querySelector("input")?.value), /** @type {HTMLElement} */ (item)]));
    for (const block of current.blocks) {
      const item = known.get(block) ?? /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (shape.content.firstElementChild).cloneNode(true));
      const box = /** @type {HTMLInputElement} */ (item.querySelector("input"));
      if (!known.delete(block)) {
        box.value = String(block);
        /** @type {HTMLElement} */ (item.querySelector("[data-cell='name']")).textContent = this.#facts?.names[block] ?? "";
        list.append(item);
      }
      /** @type {HTMLElement} */ (item.querySelector("[data-cell='note']")).textContent = this.#blockNote(block);
      box.checked = this.#picked.has(block);
    }
    for (const item of known.values()) item.remove();
  }

  /** @param {number} block */
  #blockNote(block) {
    const code = this.#ground.today[block];
    const before = this.#goesOn.get(this.#grid[block]) === code ? "" : this.#facts?.grids[code]?.name;
    return [`${whole(this.#ground.loads[block][0])} 户`, this.#ground.dedicated[block] && "专属", before && `从${before}来`].filter(Boolean).join(" · ");
  }

  /** Neighbours first, then the others of the community. @param {Figures} current @param {Figures[]} figures @param {Map<number, Set<number>>} beside */
  #showTargets(current, figures, beside) {
    const select = /** @type {HTMLSelectElement} */ (this.#part("to"));
    const chosen = select.value;
    const near = beside.get(current.grid) ?? new Set();
    const others = figures.filter((one) => one.grid !== current.grid && one.community === current.community);
    const group = (/** @type {string} */ label, /** @type {Figures[]} */ found) => {
      const made = document.createElement("optgroup");
      made.label = label;
      made.append(...found.map((one) => new Option(`第 ${one.grid} 格（${this.#words(one)}）`, String(one.grid))));
      return made;
    };
    const beside_ = others.filter((one) => near.has(one.grid));
    const apart = others.filter((one) => !near.has(one.grid));
    select.replaceChildren(new Option("请选择", ""), ...[beside_.length > 0 && group("相邻", beside_), apart.length > 0 && group("不相邻", apart)].filter((one) => one !== false));
    select.value = others.some((one) => String(one.grid) === chosen) ? chosen : "";
  }

  /** @param {Figures[]} figures @param {Map<number, string>} goesOn */
  #showMap(figures, goesOn) {
    if (!this.#map) return;
    const changed = new Set(/** @type {HTMLInputElement} */ (this.#part("changed")).checked ? changedHands(this.#ground, this.#grid, goesOn) : []);
    if (this.#seesToday) this.#showToday(goesOn, changed);
    else this.#showPlan(figures, changed);
  }

  /** @param {Figures[]} figures @param {Set<number>} changed */
  #showPlan(figures, changed) {
    const troubled = new Map(figures.flatMap((one) => (one.troubles.length > 0 ? one.blocks.map((block) => /** @type {[number, any]} */ ([block, HATCH_OF[one.troubles[0]]])) : [])));
    const locked = new Set(this.#saved?.locked);
    const labels = new Map(figures.map((one) => {
      const trouble = one.troubles.map((kind) => `⚠ ${this.#troubleWords(one, kind)}`).join("\n");
      const note = [`${whole(one.loads[0])} 户`, trouble, locked.has(one.grid) ? "已锁定" : ""].filter(Boolean).join("\n");
      return [one.grid, { title: String(one.grid), note, trouble }];
    }));
    this.#map?.show({ group: (block) => this.#grid[block], labels, colour: (block) => this.#colours.get(this.#grid[block]) ?? 0, troubled, changed, picked: this.#picked });
  }

  /** Today's grids in the colours of those that go on with them. @param {Map<number, string>} goesOn @param {Set<number>} changed */
  #showToday(goesOn, changed) {
    const today = this.#ground.today;
    const colour = new Map([...goesOn].map(([grid, code]) => [code, this.#colours.get(grid) ?? 0]));
    const labels = new Map([...new Set(today)].filter(Boolean).map((code) => {
      const households = today.reduce((total, other, block) => total + (other === code ? this.#ground.loads[block][0] : 0), 0);
      const { name, worker } = this.#facts?.grids[code] ?? { name: code, worker: "" };
      const short = name.replace(/^第(.+)网格$/, "$1").replace(/(专属|待开发)网格$/, "$1");
      return [code, { title: short, trouble: "", note: [`${whole(households)} 户`, worker].filter(Boolean).join("\n") }];
    }));
    this.#map?.show({ group: (block) => today[block], labels, colour: (block) => colour.get(today[block]) ?? COLOURS, troubled: new Map(), changed, picked: this.#picked });
  }

  /** @param {string} words */
  #say(words) {
    this.#part("said").textContent = words;
  }

  /** @param {string} words @param {"late" | "plain"} tone */
  #tell(words, tone) {
    const trouble = this.#part("trouble");
    trouble.hidden = false;
    this.#part("trouble-words").textContent = words;
    this.#part("again").hidden = this.#again === null;
    if (tone === "late" && this.#again === null && this.#facts) toast(words, "late");
  }

  #clearTrouble() {
    this.#again = null;
    this.#part("trouble").hidden = true;
  }

  // Hands

  #listen() {
    const { signal } = this.#leaving;
    this.addEventListener("submit", (event) => this.#onSubmit(event), { signal });
    this.addEventListener("click", (event) => this.#onClick(event), { signal });
    this.addEventListener("change", (event) => this.#onChange(event), { signal });
    this.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /** @param {Event} event */
  #onSubmit(event) {
    const button = /** @type {SubmitEvent} */ (event).submitter;
    if (!this.#facts || !(button instanceof HTMLButtonElement) || button.name !== "verb") return;
    event.preventDefault();
    const to = Number(/** @type {HTMLSelectElement} */ (this.#part("to")).value);
    this.#act({ verb: button.value, grid: this.#current, to, blocks: [...this.#picked] });
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (!this.#facts || !(event.target instanceof Element)) return;
    const row = event.target.closest("[data-cell='grid']")?.closest("[data-grid]");
    if (row) {
      event.preventDefault();
      this.#look(Number(row.getAttribute("data-grid")));
      return;
    }
    const hand = event.target.closest("[data-hand]")?.getAttribute("data-hand");
    if (hand === "in") this.#map?.zoom(1);
    if (hand === "out") this.#map?.zoom(-1);
    if (hand === "fit") this.#map?.fit();
    if (hand === "none") this.#pickOnly([]);
    if (hand === "all") this.#pickOnly(blocksByGrid(this.#grid).get(this.#current) ?? []);
    if (hand === "again" && this.#again) this.#act(this.#again);
  }

  /** @param {number} grid */
  #look(grid) {
    this.#current = grid;
    this.#picked.clear();
    this.#show();
    this.#map?.fit(blocksByGrid(this.#grid).get(grid));
    this.#part("current").focus();
  }

  /** @param {number[]} blocks */
  #pickOnly(blocks) {
    this.#picked = new Set(blocks);
    this.#show();
    this.#say(this.#pickedWords());
  }

  /** @param {Event} event */
  #onChange(event) {
    const { target } = event;
    if (!this.#facts || !(target instanceof HTMLInputElement)) return;
    if (target.name === "block") {
      if (target.checked) this.#picked.add(Number(target.value));
      else this.#picked.delete(Number(target.value));
      this.#show();
      this.#say(this.#pickedWords());
    }
    if (target.name === "sees") {
      this.#seesToday = target.value === "today";
      this.#show();
      this.#say(this.#seesToday ? "地图上是今天的网格。" : "地图上是这份方案。");
    }
    if (target === this.#part("changed")) this.#show();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.#facts) return;
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (isUndo) {
      event.preventDefault();
      this.#act({ verb: "undo", grid: this.#current, to: 0, blocks: [] });
    }
    if (event.key === "Escape" && this.#picked.size > 0) this.#pickOnly([]);
  }
}

customElements.define("plan-editor", PlanEditor);
