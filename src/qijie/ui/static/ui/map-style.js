// @ts-check
// How <grid-map> draws: layers from the page's own colour tokens. Pure; no DOM beyond the element
// whose computed tokens are read.

/** @typedef {Record<string, string>} Inks */

const TOKENS = [
  "ink", "ink-soft", "sheet", "accent", "danger", "line-strong", "map-ground", "map-road", "map-casing",
  "plain-bg", "plain-ink", "active-bg", "active-ink", "soon-bg", "soon-ink", "late-bg", "late-ink", "good-bg", "good-ink",
];
const TONES = ["active", "soon", "late", "good"];

/** @param {Element} element @param {string[]} [more] tokens beside those every map uses @returns {Inks} */
export function inksOf(element, more = []) {
  const computed = getComputedStyle(element);
  return Object.fromEntries([...TOKENS, ...more].map((token) => [token, computed.getPropertyValue(`--${token}`).trim()]));
}

/** @param {Inks} inks @param {"bg" | "ink"} part @returns {any} */
const byStatus = (inks, part) => [
  "match",
  ["coalesce", ["get", "status"], "plain"],
  ...TONES.flatMap((tone) => [tone, inks[`${tone}-${part}`]]),
  inks[`plain-${part}`],
];

const WIDE = ["motorway", "trunk", "primary", "secondary", "motorway_link", "trunk_link", "primary_link", "secondary_link"];
const MIDDLE = ["tertiary", "unclassified", "residential", "living_street", "tertiary_link"];

/** @param {number} more pixels on both sides together @returns {any} */
const roadWidth = (more) => {
  const at = (/** @type {number} */ wide, /** @type {number} */ middle, /** @type {number} */ narrow) => [
    "match", ["get", "class"], WIDE, wide + more, MIDDLE, middle + more, narrow + more,
  ];
  return ["interpolate", ["exponential", 1.5], ["zoom"], 11, at(1.2, 0.4, 0.2), 15, at(6, 3, 1.2), 18, at(18, 12, 4)];
};

/** @param {string} tiles absolute URL template */
export const streetSource = (tiles) => ({ type: "vector", tiles: [tiles], minzoom: 10, maxzoom: 16 });

/** @param {Inks} inks */
export const ground = (inks) => [{ id: "ground", type: "background", paint: { "background-color": inks["map-ground"] } }];

/** @param {Inks} inks */
export function streetLayers(inks) {
  const line = { type: "line", source: "streets", "source-layer": "streets", layout: { "line-cap": "round", "line-join": "round" } };
  return [
    { ...line, id: "street-casing", paint: { "line-color": inks["map-casing"], "line-width": roadWidth(1.5) } },
    { ...line, id: "street", paint: { "line-color": inks["map-road"], "line-width": roadWidth(0) } },
  ];
}

const isArea = ["match", ["geometry-type"], ["Polygon", "MultiPolygon"], true, false];
const isPoint = ["match", ["geometry-type"], ["Point", "MultiPoint"], true, false];

/** Below the streets, so their lines stay clear. @param {Inks} inks */
const areaFill = (inks) => ({
  id: "area", type: "fill", source: "features", filter: isArea, paint: { "fill-color": byStatus(inks, "bg"), "fill-opacity": 0.75 },
});

/** Every layer, lowest first. @param {Inks} inks @param {string} selected @param {boolean} streets @returns {any[]} */
export const layersOf = (inks, selected, streets) => [
  ...ground(inks), areaFill(inks), ...(streets ? streetLayers(inks) : []), ...featureLayers(inks, selected),
];

/** @param {Inks} inks @param {string} selected */
function featureLayers(inks, selected) {
  const isSelected = ["==", ["to-string", ["get", "id"]], selected];
  return [
    { id: "area-line", type: "line", source: "features", filter: isArea, paint: { "line-color": byStatus(inks, "ink"), "line-width": 1.25, "line-opacity": 0.8 } },
    { id: "area-selected", type: "line", source: "features", filter: ["all", isArea, isSelected], layout: { "line-join": "round" }, paint: { "line-color": inks.accent, "line-width": 4 } },
    { id: "point", type: "circle", source: "features", filter: isPoint, paint: { "circle-radius": ["case", isSelected, 9, 6], "circle-color": byStatus(inks, "ink"), "circle-stroke-color": inks.sheet, "circle-stroke-width": 2 } },
    {
      id: "label", type: "symbol", source: "labels",
      layout: { "text-field": ["case", ["has", "note"], ["concat", ["get", "label"], "\n", ["get", "note"]], ["get", "label"]], "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 16, 14], "text-max-width": 9, "text-line-height": 1.25, "text-padding": 3, "text-offset": ["case", ["get", "point"], ["literal", [0, 1.2]], ["literal", [0, 0]]] },
      paint: { "text-color": inks.ink, "text-halo-color": inks.sheet, "text-halo-width": 1.75 },
    },
    { id: "picked", type: "circle", source: "picked", paint: { "circle-radius": 9, "circle-color": inks.danger, "circle-stroke-color": inks.sheet, "circle-stroke-width": 3 } },
  ];
}
