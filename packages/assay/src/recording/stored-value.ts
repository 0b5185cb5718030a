import type { Stored } from "./format.ts";
import { maskBytes } from "./mask-bytes.ts";

/** Bytes that are UTF-8 text are stored as text, which compresses better and can be read by people. */
function storedBytes(bytes: Uint8Array, mask: (text: string) => string): Stored {
  const masked = Buffer.from(maskBytes(bytes, mask));
  const text = masked.toString("utf8");
  return Buffer.from(text).equals(masked) ? { $text: text } : { $bytes: masked.toString("base64") };
}

/**
 * A value of a call as it may be written: every text masked, bytes kept exactly, functions by their place only. Objects
 * of classes are not looked into, since nothing could make them again.
 */
export function toStored(value: unknown, mask: (text: string) => string): Stored {
  if (typeof value === "string") return mask(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null || value === undefined) return value ?? null;
  if (typeof value === "function") return { $function: true };
  if (typeof value !== "object") return mask(String(value));
  if (value instanceof Uint8Array) return storedBytes(value, mask);
  if (Array.isArray(value)) return value.map((item) => toStored(item, mask));
  if (!isPlain(value)) return { $object: value.constructor.name };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && !(item instanceof AbortSignal));
  return Object.fromEntries(entries.map(([key, item]) => [mask(key), toStored(item, mask)]));
}

/** The value again; `adapt` is applied to every text. */
export function fromStored(value: Stored | undefined, adapt: (text: string) => string): unknown {
  if (typeof value === "string") return adapt(value);
  if (value === null || value === undefined || typeof value !== "object") return value ?? undefined;
  if (isList(value)) return value.map((item) => fromStored(item, adapt));
  if (typeof value.$text === "string") return Buffer.from(adapt(value.$text));
  if (typeof value.$bytes === "string") return Buffer.from(value.$bytes, "base64");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromStored(item, adapt)]));
}

const isList = (value: object): value is readonly Stored[] => Array.isArray(value);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
