import { byId } from "./elements.js";

/** @typedef {{ readonly row: HTMLElement, readonly text: string }} Entry */

/** @type {Readonly<Record<string, (a: Entry, b: Entry) => number>>} */
const ORDERS = {
  status: (a, b) => number(a, "row") - number(b, "row"),
  plan: (a, b) => number(a, "plan") - number(b, "plan"),
  name: (a, b) => nameOf(a).localeCompare(nameOf(b)),
  duration: (a, b) => number(b, "ms") - number(a, "ms"),
};

/**
 * @param {Entry} entry
 * @param {"row" | "plan" | "ms"} what
 */
function number(entry, what) {
  return Number(what === "row" ? entry.row.id.slice(1) : entry.row.dataset[what]);
}

/** As the style says. */
const ROW_PX = 38;

/**
 * Has the browser reckon with the rows that are shown, before it has laid them out.
 *
 * @param {HTMLElement} batch
 */
function fitSize(batch) {
  let shown = 0;
  for (const row of batch.children) if (!(/** @type {HTMLElement} */ (row).hidden)) shown += 1;
  batch.hidden = shown === 0;
  // Through the object model, because the page's policy forbids style attributes.
  batch.style.containIntrinsicBlockSize = `auto ${shown * ROW_PX}px`;
}

/** @param {Entry} entry */
function nameOf({ row }) {
  return row.querySelector(".name")?.textContent ?? "";
}

/** Wires the filter buttons, the search field and the sort list to the rows. */
export function startFilter() {
  const rows = byId("rows");
  const batches = [...rows.children].map((child) => /** @type {HTMLElement} */ (child));
  /** @type {readonly Entry[] | undefined} */
  let made;
  // Read when they are first asked for: the texts of ten thousand rows take longer than all else here.
  const entries = () => {
    made ??= batches.flatMap(({ children }) => [...children]).map((row) => entryOf(/** @type {HTMLElement} */ (row)));
    return made;
  };
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  const sort = /** @type {HTMLSelectElement} */ (byId("sort"));
  const buttons = [...document.querySelectorAll("[data-filter]")].map((child) => /** @type {HTMLElement} */ (child));
  let wanted = "all";

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of entries()) {
      const fits = (wanted === "all" || row.classList.contains(wanted)) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const batch of batches) fitSize(batch);
    const all = entries().length;
    byId("shown").textContent = shown === all ? "" : `${shown} of ${all}`;
    byId("nothing").hidden = shown > 0 || all === 0;
    rows.classList.toggle("none", shown === 0);
  };
  /** @param {string} filter */
  const choose = (filter) => {
    wanted = filter;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    apply();
  };

  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.filter ?? "all"));
  search.addEventListener("input", apply);
  sort.addEventListener("change", () => {
    const order = ORDERS[sort.value];
    if (order === undefined) return;
    const sorted = entries().toSorted(order);
    const size = batches[0]?.children.length ?? 1;
    for (const [index, batch] of batches.entries())
      batch.append(...sorted.slice(index * size, (index + 1) * size).map(({ row }) => row));
    for (const batch of batches) fitSize(batch);
  });
  byId("reset").addEventListener("click", () => {
    search.value = "";
    choose("all");
    search.focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  byId("tools").hidden = false;
  return () => choose("all");
}

/**
 * @param {HTMLElement} row
 * @returns {Entry}
 */
function entryOf(row) {
  const [summary, body] = row.children;
  const message = body?.firstElementChild;
  // Not all of the body: what was filled in when the row was opened is searched in no other row.
  const told = message?.className === "message" ? (message.textContent ?? "") : "";
  return { row, text: `${summary?.textContent} ${told}`.toLowerCase() };
}
