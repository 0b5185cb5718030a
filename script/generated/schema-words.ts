import type { JsonSchema } from "../../packages/assay/src/runbook/schema/json-schema.ts";

const REFERENCE = "#/$defs/";
/** Other spellings of a value; the introduction of the page tells of them once. */
const SPELLINGS: ReadonlySet<string> = new Set(["absent", "reference", "flagForms", "wholeNumberForms", "numberForms"]);

/** Name of the section a schema refers to; undefined for other spellings and for what refers to nothing. */
export function referredSection({ $ref }: JsonSchema): string | undefined {
  const name = $ref?.slice(REFERENCE.length);
  return name === undefined || SPELLINGS.has(name) ? undefined : name;
}

/** The part before the kind in a section's name: `notifier` in `notifier-html`; undefined when there is none. */
export const familyOf = (name: string): string | undefined => /^(\w+)-/.exec(name)?.[1];

/** What a value may be, in words; empty for spellings that are told elsewhere. */
export function wordsOf(schema: JsonSchema): string {
  const section = referredSection(schema);
  if (section !== undefined) return `[${section}](#${anchorOf(section)})`;
  if (schema.$ref !== undefined || schema.const === "") return "";
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return enumWords(schema.enum);
  if (schema.anyOf !== undefined) return choiceWords(schema.anyOf);
  switch (schema.type) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "integer":
    case "number":
      return `${schema.type === "integer" ? "whole number" : "number"}${rangeWords(schema)}`;
    case "array":
      return `list${ofWords(wordsOf(schema.items ?? {}), "of")}`;
    case "object":
      return objectWords(schema);
    case "null":
      return "";
    default:
      return "anything";
  }
}

const ofWords = (held: string, word: string): string => (held === "" || held === "anything" ? "" : ` ${word} ${held}`);

/** Kinds of one family are told by the family; a list beside its own item is told as such. */
function choiceWords(choices: readonly JsonSchema[]): string {
  const sections = choices.flatMap((choice) => referredSection(choice) ?? []);
  const family = familyOf(sections[0] ?? "");
  const isFamily = family !== undefined && sections.length > 1 && sections.every((name) => familyOf(name) === family);
  const single = choices.filter(({ type }) => type !== "array");
  const words = new Set(single.filter((choice) => !isFamily || referredSection(choice) === undefined).map(wordsOf));
  if (isFamily) words.add(`[${family}](#${anchorOf(family)})`);
  words.delete("");
  if (choices.some(isSet)) return [...words].join(" or ");
  const one = [...words].join(" or ");
  const lists = choices.filter(({ type }) => type === "array").map((choice) => wordsOf(choice.items ?? {}));
  const many = lists.map((item) => (one !== "" && item === one ? "a list of such" : `list${ofWords(item, "of")}`));
  return [one, ...many].filter((each) => each !== "").join(" or ");
}

function enumWords(values: readonly unknown[]): string {
  const texts = new Set(values.map(String).filter((value) => value !== ""));
  return [...texts].map((value) => `\`${value}\``).join(", ");
}

/** The long form of a set; the introduction tells all three. */
export const isSet = ({ properties }: JsonSchema): boolean => properties?.is_allow_set !== undefined;

function objectWords(schema: JsonSchema): string {
  if (isSet(schema)) return "a set";
  if (schema.properties === undefined && typeof schema.additionalProperties === "object") {
    return `mapping of names${ofWords(wordsOf(schema.additionalProperties), "to")}`;
  }
  // While the kind is a variable, any keys will do.
  const isOpen = schema.additionalProperties === undefined && schema.properties?.type?.pattern !== undefined;
  return isOpen ? "" : "mapping";
}

function rangeWords({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return maximum === undefined ? "" : ` up to ${maximum}`;
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}

/** As readers of Markdown name headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
