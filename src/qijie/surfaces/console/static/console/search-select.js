// @ts-check
// A long list of choices gets a box to look in: typing leaves only what holds the words, the very
// name first, then what begins so, the shorter first. Enter takes the first, the down key goes on to
// the list. Without this file the list is a plain <select>.

const LONG = 12;
const SHOWN = 8;

/** @param {HTMLSelectElement} select @param {string} words */
function matching(select, words) {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  return (/** @type {HTMLOptionElement} */ option) => {
    const text = `${option.parentElement?.getAttribute("label") ?? ""} ${option.text}`.toLowerCase();
    return option.value !== "" && parts.every((part) => text.includes(part));
  };
}

/** The very name, then names that begin so, then the rest. @param {string} words */
function rank(words) {
  const typed = words.toLowerCase();
  return (/** @type {HTMLOptionElement} */ option) => {
    const text = option.text.toLowerCase();
    if (text === typed) return 0;
    return text.startsWith(typed) ? 1 : text.includes(typed) ? 2 : 3;
  };
}

/** @param {HTMLOptionElement[]} options @param {string} words */
function ordered(options, words) {
  const of = rank(words);
  return options.sort((one, other) => of(one) - of(other) || one.text.length - other.text.length);
}

/** @param {HTMLSelectElement} select */
function enhance(select) {
  if (select.options.length <= LONG || select.dataset.searched !== undefined) return;
  select.dataset.searched = "";
  const whole = Array.from(select.children, (child) => child.cloneNode(true));
  const label = select.labels?.[0]?.firstChild?.textContent?.trim() ?? "选项";

  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = `在 ${select.options.length - 1} 项中查找`;
  box.setAttribute("aria-label", `在“${label}”中查找`);
  const said = document.createElement("p");
  said.className = "entry-help";
  said.setAttribute("role", "status");

  const narrow = () => {
    const words = box.value.trim();
    const chosen = select.value;
    select.replaceChildren(...whole.map((child) => child.cloneNode(true)));
    const found = words ? ordered(Array.from(select.options).filter(matching(select, words)), words) : [];
    // Where nothing is found the list stays, and with it what was chosen.
    if (found.length > 0) select.replaceChildren(...found);
    select.size = words && found.length > 0 ? Math.max(2, Math.min(SHOWN, found.length)) : 0;
    select.toggleAttribute("data-open", words !== "" && found.length > 0);
    if (found.length === 1) select.value = found[0].value;
    else select.value = chosen;
    said.textContent = words ? (found.length > 0 ? `找到 ${found.length} 项` : "没有这样的选项，换个说法再找。") : "";
  };

  /** The list goes back to one line with the choice in it. */
  const settle = () => {
    const chosen = select.value;
    if (!chosen) return;
    box.value = "";
    narrow();
    select.value = chosen;
  };

  box.addEventListener("input", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const isEnter = event.key === "Enter";
    const takesFirst = select.hasAttribute("data-open") && (isEnter || select.selectedIndex < 0);
    if (takesFirst) select.selectedIndex = 0;
    if (isEnter) settle();
    if (takesFirst) select.dispatchEvent(new Event("change", { bubbles: true }));
    select.focus();
  });
  select.addEventListener("change", () => {
    if (select.hasAttribute("data-open") && !select.matches(":focus")) settle();
  });
  select.addEventListener("click", () => {
    if (select.hasAttribute("data-open")) settle();
  });
  select.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !select.hasAttribute("data-open")) return;
    event.preventDefault();
    settle();
  });
  select.before(box, said);
  if (document.activeElement === select) box.focus();
}

/** @param {ParentNode} root */
function enhanceAll(root) {
  for (const select of root.querySelectorAll("form .entry select")) {
    enhance(/** @type {HTMLSelectElement} */ (select));
  }
}

document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) enhanceAll(event.target);
});
enhanceAll(document);
