import { byId } from "./elements.js";

/** @typedef {{ readonly row: HTMLElement, readonly text: string, readonly name: string }} Entry */

/** @type {Readonly<Record<string, (a: Entry, b: Entry) => number>>} */
const ORDERS = {
  status: (a, b) => number(a, "row") - number(b, "row"),
  plan: (a, b) => number(a, "plan") - number(b, "plan"),
  name: (a, b) => a.name.localeCompare(b.name),
  duration: (a, b) => number(b, "ms") - number(a, "ms"),
};

/**
 * @param {Entry} entry
 * @param {"row" | "plan" | "ms"} what
 */
function number(entry, what) {
  return Number(what === "row" ? entry.row.id.slice(1) : entry.row.dataset[what]);
}

/** Wires the filter buttons, the search field and the sort list to the rows. */
export function startFilter() {
  const rows = byId("rows");
  /** @type {readonly Entry[] | undefined} */
  let made;
  // Read when they are first asked for: the texts of ten thousand rows take longer than all else here.
  const entries = () => {
    made ??= [...rows.children].map((child) => entryOf(/** @type {HTMLElement} */ (child)));
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
    byId("shown").textContent = shown === rows.children.length ? "" : `${shown} of ${rows.children.length}`;
    byId("nothing").hidden = shown > 0 || rows.children.length === 0;
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
    if (order !== undefined)
      rows.append(
        ...entries()
          .toSorted(order)
          .map(({ row }) => row),
      );
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
  // Not all of the row: what was filled in when it was opened is searched in no other row.
  const texts = [...row.querySelectorAll(":scope > summary, :scope > .body > .message")].map(
    (part) => part.textContent ?? "",
  );
  return {
    row,
    text: texts.join(" ").toLowerCase(),
    name: row.querySelector(".name")?.textContent ?? "",
  };
}
