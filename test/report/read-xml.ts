import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** An element as a test looks at it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text directly in the element. */
  readonly text: string;
}

const SCHEMA = fileURLToPath(new URL("./fixtures/junit.xsd", import.meta.url));

/** What xmllint, a parser that is not ours, has against the document; empty when it is valid. */
export function objectionsOf(document: string): string {
  const checked = spawnSync("xmllint", ["--noout", "--schema", SCHEMA, "-"], { input: document, encoding: "utf8" });
  if (checked.error !== undefined) throw checked.error;
  return checked.status === 0 ? "" : checked.stderr;
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g;

/** Reads a document that `objectionsOf` has found valid; knows only what JUnit documents are made of. */
export function readXml(document: string): XmlElement {
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  for (const [, closing, name, attributes = "", selfClosing, text] of document.matchAll(TOKEN)) {
    const current = open.at(-1) ?? root;
    if (text !== undefined) current.text += unescaped(text);
    else if (closing === "/") open.pop();
    else if (name !== undefined) {
      const element: Open = { name, attributes: attributesOf(attributes), children: [], text: "" };
      current.children.push(element);
      if (selfClosing !== "/") open.push(element);
    }
  }
  const [only] = root.children;
  if (only === undefined || open.length !== 1) throw new Error("The document is not well-formed.");
  return only;
}

/** All elements named `name` below `element`, in the order of the document. */
export const findAll = (element: XmlElement, name: string): XmlElement[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...findAll(child, name)]);

interface Open extends XmlElement {
  readonly children: Open[];
  text: string;
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, unescaped(value)]),
  );

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (_whole, code?: string, name?: string) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? "") : String.fromCodePoint(Number(code)),
  );
