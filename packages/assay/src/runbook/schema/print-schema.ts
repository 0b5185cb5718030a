import { runbookSchema } from "./runbook-schema.ts";

const WIDTH = 120;

/** The JSON Schema of runbooks as text: what fits stands in one line, which makes it a third as long. */
export const printRunbookSchema = (): string => `${print(runbookSchema(), "", 0)}\n`;

/** `used` is how much of the line is taken before the value and after it. */
function print(value: unknown, indent: string, used: number): string {
  const line = inOneLine(value);
  if (line.length + indent.length + used <= WIDTH || typeof value !== "object" || value === null) return line;
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const held = Object.entries(value).filter(([, each]) => each !== undefined);
  const parts = held.map(([key, each], index) => {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    const comma = index < held.length - 1 ? 1 : 0;
    return `${deeper}${name}${print(each, deeper, name.length + comma)}`;
  });
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).filter(([, held]) => held !== undefined);
  if (parts.length === 0) return "{}";
  return `{ ${parts.map(([key, held]) => `${JSON.stringify(key)}: ${inOneLine(held)}`).join(", ")} }`;
}
