import { itemsOf, type Value } from "./values.ts";

/** What Python's `str` makes of a value. */
export function textOfValue(value: Value): string {
  return typeof value === "string" ? value : represented(value);
}

function represented(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value);
  if (value.kind === "dict") {
    return `{${[...value.entries.values()].map(([key, item]) => `${represented(key)}: ${represented(item)}`).join(", ")}}`;
  }
  const parts = itemsOf(value).map(represented);
  if (value.kind === "set") return parts.length === 0 ? "set()" : `{${parts.join(", ")}}`;
  if (value.kind === "list") return `[${parts.join(", ")}]`;
  return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(", ")})`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replaceAll(quote, `\\${quote}`);
  return `${quote}${body}${quote}`;
}

/** The shortest text that reads back as the same number, with an exponent where Python writes one. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}
