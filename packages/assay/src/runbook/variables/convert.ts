import { type LocatedValue, listValue, type ScalarValue, textValue } from "../value.ts";
import { resolvePlainScalar } from "../yaml/scalar.ts";

const TRUE = /^(?:y|yes|t|true|on|1)$/i;
const FALSE = /^(?:n|no|f|false|off|0)$/i;

/**
 * A text that replaces an older value takes the older value's type where it can be read as one: `-v count:3` over
 * `count: 1` gives the number 3, over `count: null` the text "3". Anything that is no text replaces as it is. Gives
 * undefined when a mapping would be replaced by text that is none; the caller reports it.
 */
export function convertToTypeOf(
  old: LocatedValue | undefined,
  value: LocatedValue,
  parseFlow: (text: string) => LocatedValue | undefined,
): LocatedValue | undefined {
  if (old === undefined || value.kind !== "scalar" || value.type !== "string") return value;
  const text = String(value.value);
  if (old.kind === "list") return toList(text, value, parseFlow);
  if (old.kind === "mapping") {
    const parsed = text.trimStart().startsWith("{") ? parseFlow(text) : undefined;
    return parsed?.kind === "mapping" ? parsed : undefined;
  }
  if (old.kind !== "scalar") return value;
  switch (old.type) {
    case "boolean":
      if (TRUE.test(text)) return { ...value, type: "boolean", value: true };
      return FALSE.test(text) ? { ...value, type: "boolean", value: false } : value;
    case "integer":
      return /^\d{1,15}$/.test(text) ? { ...value, type: "integer", value: Number(text) } : value;
    case "float":
      return toFloat(text, value);
    default:
      return value;
  }
}

function toFloat(text: string, value: ScalarValue): ScalarValue {
  const isNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text.trim());
  return isNumber ? { ...value, type: "float", value: Number(text) } : value;
}

function toList(
  text: string,
  value: ScalarValue,
  parseFlow: (text: string) => LocatedValue | undefined,
): LocatedValue | undefined {
  const marks = { ...(value.trail && { trail: value.trail }), ...(value.isSecret && { isSecret: true }) };
  if (text.trimStart().startsWith("[")) {
    const parsed = parseFlow(text);
    return parsed?.kind === "list" ? parsed : undefined;
  }
  const parts = text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
  const items = parts.map((part) => ({
    ...textValue(part, value.position, marks),
    ...resolvePlainScalar(part),
  }));
  return listValue(items, value.position, marks);
}
