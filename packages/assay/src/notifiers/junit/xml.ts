import { printable } from "../printable.ts";

/** Anything XML 1.0 forbids even as a character reference (section 2.2); `printable` has made the controls visible already. */
const FORBIDDEN = /[\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an element. */
export const xmlText = (text: string): string =>
  printable(text)
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** Text for a quoted attribute; line ends and tabs are written as references, because a parser makes blanks of them. */
export const xmlAttribute = (text: string): string =>
  xmlText(text).replace(/[\n\t]/g, (character) => (character === "\n" ? "&#10;" : "&#9;"));

type AttributeValue = string | number | undefined;

/** ` name="value"` for every attribute that has a value. Names are ours, never a guest's. */
export const attributes = (values: Readonly<Record<string, AttributeValue>>): string =>
  Object.entries(values)
    .map(([name, value]) => (value === undefined ? "" : ` ${name}="${xmlAttribute(String(value))}"`))
    .join("");
