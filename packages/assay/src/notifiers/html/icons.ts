import { html, Markup } from "./markup.ts";
import type { Look } from "./status-words.ts";

/** What each icon is drawn with, in a square of 16. Shapes differ, so that colour is never the only sign. */
const SHAPES: Readonly<Record<Look["key"], string>> = {
  passed: '<path d="M3 8.5 6.5 12 13 4.5"/>',
  warned: '<path d="M8 2 14.5 13.5h-13zM8 6.5v3M8 11.4v.1"/>',
  failed: '<path d="M4 4l8 8M12 4l-8 8"/>',
  skipped: '<path d="M3 4l5 4-5 4M9 4l5 4-5 4"/>',
  attempted: '<path d="M2.5 9.5c2-4 4-4 5.5-1.5s3.5 2.5 5.5-1.5"/>',
  unfinished: '<circle cx="8" cy="8" r="5.5" stroke-dasharray="3 2.5"/>',
};

/** An icon as an element of its own. */
export const icon = (key: Look["key"]): Markup =>
  html`<svg class="icon ${key}" aria-hidden="true"><use href="#icon-${key}"/></svg>`;

/** The drawings that `icon` refers to; once per page. */
export const ICON_DRAWINGS: Markup = html`<svg class="drawings" aria-hidden="true"><defs>
${Object.entries(SHAPES).map(([key, shape]) => html`<symbol id="icon-${key}" viewBox="0 0 16 16">${new Markup(shape)}</symbol>`)}
</defs></svg>`;

/**
 * The icons of the rows, which the style draws: an element with its copy of a drawing in each of ten thousand rows made
 * the page a quarter slower to open.
 */
export const ROW_ICON_STYLE: string = Object.entries(SHAPES)
  .map(([key, shape]) => `.batch > .${key} {\n  --shape: url("${drawingAddress(shape)}");\n}\n`)
  .join("");

function drawingAddress(shape: string): string {
  const line = 'fill="none" stroke="black" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" ${line}>${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}
