/**
 * Makes an element. Text goes in as text nodes only: nothing a guest wrote is ever parsed as HTML.
 *
 * @param {string} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {readonly (string | Node | undefined)[]} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/**
 * The same drawing that the page's own markup uses for a state.
 *
 * @param {string} key
 */
export function icon(key) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", `icon ${key}`);
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#icon-${key}`);
  drawing.append(use);
  return drawing;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element '${id}'.`);
  return found;
}
