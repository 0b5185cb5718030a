import type { ScalarValue } from "../value.ts";

type Resolved = Pick<ScalarValue, "type" | "value">;

// The patterns below are those of PyYAML's SafeLoader (yaml/resolver.py), which differ from the YAML 1.1 text: `y` and
// `n` are strings, `1e3` is a string, `0o10` is a string, `1:30` is 90.
const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const DATE =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;

/** No number is written this long; longer text is a string, so that the patterns never see it. */
const LONGEST_TYPED = 400;

/** What a plain (unquoted) scalar means to PyYAML's SafeLoader. Dates keep their text. */
export function resolvePlainScalar(text: string): Resolved {
  if (text.length > LONGEST_TYPED) return { type: "string", value: text };
  if (NULL.test(text)) return { type: "null", value: null };
  if (BOOLEAN.test(text)) return { type: "boolean", value: TRUE.test(text) };
  if (INTEGER.test(text)) return { type: "integer", value: integerOf(text) };
  if (FLOAT.test(text)) return { type: "float", value: floatOf(text) };
  if (DATE.test(text)) return { type: "date", value: text };
  return { type: "string", value: text };
}

function integerOf(text: string): number {
  const { sign, digits } = signed(text);
  if (/^0b/.test(digits)) return sign * Number.parseInt(digits.slice(2) || "0", 2);
  if (/^0x/.test(digits)) return sign * Number.parseInt(digits.slice(2) || "0", 16);
  if (digits.includes(":")) return sign * sexagesimal(digits);
  if (/^0./.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number.parseInt(digits, 10);
}

function floatOf(text: string): number {
  const { sign, digits } = signed(text.toLowerCase());
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  return sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
}

function signed(text: string): { sign: 1 | -1; digits: string } {
  const plain = text.replaceAll("_", "");
  return { sign: plain.startsWith("-") ? -1 : 1, digits: plain.replace(/^[-+]/, "") };
}

/** `1:30` is one minute and thirty seconds, 90. */
function sexagesimal(digits: string): number {
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
