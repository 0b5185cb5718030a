import type { PlainValue } from "../value.ts";

/** The part of JSON Schema 2020-12 that describes runbooks. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  /** A schema with a title is written once, under `$defs`. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: PlainValue;
  readonly type?: "string" | "integer" | "number" | "boolean" | "null" | "array" | "object";
  readonly const?: PlainValue;
  readonly enum?: readonly PlainValue[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
}

/** A pattern of these words in small or capital letters; JSON Schema has no flag for it. */
function anyCase(words: readonly string[]): string {
  const spelled = words.map((word) => word.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`));
  return `^(?:${spelled.join("|")})$`;
}

/** Forms that many keys accept; the root schema carries them under `$defs`. */
export const SHARED = {
  reference: {
    description: "A variable, '$(name)': what it holds is looked at when the runbook is loaded.",
    type: "string",
    pattern: "\\$\\(.+?\\)",
  },
  absent: {
    description: "A variable, or nothing, which is the same as leaving the key out.",
    anyOf: [{ type: "null" }, { $ref: "#/$defs/reference" }],
  },
  flagForms: {
    description: "Other spellings of true and false.",
    anyOf: [
      { enum: [0, 1] },
      { type: "string", pattern: anyCase(["t", "true", "on", "y", "yes", "1", "f", "false", "off", "n", "no", "0"]) },
    ],
  },
  wholeNumberForms: {
    description:
      "Other spellings of a whole number: digits in quotes; a fraction is cut off; true and false are 1 and 0.",
    anyOf: [
      { type: "string", pattern: "^\\s*[-+]?[0-9]{1,15}\\s*$" },
      { type: "number", not: { type: "integer" } },
      { type: "boolean" },
    ],
  },
  numberForms: {
    description: "Other spellings of a number: a number in quotes; true and false are 1 and 0.",
    anyOf: [
      { type: "string", pattern: "^\\s*[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?\\s*$" },
      { type: "boolean" },
    ],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;

export const shared = (name: keyof typeof SHARED): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** True when every text fits, so that a variable does too. */
const holdsAnyText = (schema: JsonSchema): boolean =>
  Object.keys(schema).every((key) => key === "description" || key === "default") ||
  (schema.type === "string" && schema.pattern === undefined && schema.not === undefined) ||
  (schema.anyOf?.some(holdsAnyText) ?? false);

/** The same schema, where a variable may stand for the value. */
export function orReference(schema: JsonSchema): JsonSchema {
  return holdsAnyText(schema) && schema.title === undefined ? schema : either(schema, shared("reference"));
}

/** The same schema, where a variable or nothing may stand for the value. */
export function orAbsent(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema;
  return either(schema, holdsAnyText(schema) ? { type: "null" } : shared("absent"));
}

/** One of both; alternatives are kept in one flat list, which reads better in messages of editors. */
export function either(...schemas: readonly JsonSchema[]): JsonSchema {
  return {
    anyOf: schemas.flatMap((schema) =>
      schema.anyOf !== undefined && Object.keys(schema).length === 1 ? schema.anyOf : [schema],
    ),
  };
}
