/** Whether `value` is a JSON object, so that its fields can be looked at one by one. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The field as text when it is text or a number and not empty, otherwise undefined. */
export function textField(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = record[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The field as a number; older programs print numbers as text. */
export function numberField(record: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = textField(record, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** The field as a truth value; older programs print `"0"` and `"1"`. */
export function booleanField(record: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = record[name];
  return value === true || value === 1 || value === "1" || value === "true";
}
