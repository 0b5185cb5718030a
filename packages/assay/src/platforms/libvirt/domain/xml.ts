/** An element to be written: its attributes in their order, and what it holds. Those that are undefined are left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly content: readonly (XmlElement | string)[];
}

/** Makes an element; contents that are undefined are left out, so that optional parts can stand where they belong. */
export function element(
  name: string,
  attributes: XmlElement["attributes"] = {},
  ...content: readonly (XmlElement | string | undefined)[]
): XmlElement {
  return { name, attributes, content: content.filter((each) => each !== undefined) };
}

/** The text of an element, with its contents on lines of their own where they are elements. */
export function toXml({ attributes, content, name }: XmlElement, indent = ""): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const tag = `${indent}<${name}${given.join("")}`;
  if (content.length === 0) return `${tag}/>\n`;
  if (content.every((each) => typeof each === "string")) return `${tag}>${escaped(content.join(""))}</${name}>\n`;
  const inner = content.map((each) => (typeof each === "string" ? escaped(each) : toXml(each, `${indent}  `)));
  return `${tag}>\n${inner.join("")}${indent}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 cannot hold at all is dropped: control characters other than tab and line ends. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, "")
      .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
  );
}
