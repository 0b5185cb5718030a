import { gzipSync } from "node:zlib";
import { printable } from "../printable.ts";

/** Text that is HTML already. Only the `html` tag makes it, so that a plain string can never become markup. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | undefined | readonly Content[];

/**
 * Builds HTML in which every interpolated string is made printable and escaped, for text as well as for quoted
 * attribute values. `undefined` gives nothing, lists are joined.
 *
 * @example html`<td title="${name}">${parts}</td>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0] ?? "";
  for (const [index, value] of values.entries()) text += render(value) + (parts[index + 1] ?? "");
  return new Markup(text);
}

function render(value: Content): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeHtml(printable(value));
  return value.map(render).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

const escapeHtml = (text: string): string => text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");

/**
 * JSON for a script element, with its strings made printable, as the base64 of its gzip: details of thousands of results
 * are ten times as small, and no text in them can end the element.
 */
export const jsonBlock = (value: unknown): Markup => {
  const json = JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? printable(part) : part));
  return new Markup(gzipSync(json).toString("base64"));
};
