import type { Stored } from "../format.ts";
import type { RecordedCall } from "./recorded-call.ts";

export type CallIdentity = Pick<RecordedCall, "node" | "via" | "method" | "request">;

/** A call as a person would write it, such as `run (sudo) lsblk -J` or `StartStop.stop()`. */
export function callText({ via, method, request }: CallIdentity): string {
  if (via !== "shell") {
    if (method.startsWith(".")) return `${via}${method}`;
    const args = Array.isArray(request) ? request.map(argumentText).filter((arg) => arg !== "{}") : [];
    return `${via}.${method}(${args.join(", ")})`;
  }
  if (!isRecord(request)) return method;
  const { command, path, content, stdin, sudo, cwd, env, tty, mode } = request;
  const notes = [
    sudo === true ? "sudo" : undefined,
    tty === true ? "terminal" : undefined,
    typeof cwd === "string" ? `in ${cwd}` : undefined,
    isRecord(env)
      ? Object.entries(env)
          .map(([name, value]) => `${name}=${String(value)}`)
          .join(" ")
      : undefined,
    typeof mode === "string" ? `mode ${mode}` : undefined,
  ].filter((note) => note !== undefined);
  const what = Array.isArray(command) ? command.map(String).join(" ") : (command ?? path ?? "");
  const data = content ?? stdin;
  const parts = [
    method,
    notes.length === 0 ? "" : `(${notes.join(", ")})`,
    String(what),
    data === undefined ? "" : `<< ${contentText(data)}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function argumentText(arg: Stored): string {
  if (isRecord(arg) && arg.$function === true) return "function";
  return contentText(arg);
}

function contentText(data: Stored): string {
  if (isRecord(data) && typeof data.$text === "string") return JSON.stringify(data.$text);
  if (isRecord(data) && typeof data.$bytes === "string") return `${Buffer.from(data.$bytes, "base64").length} bytes`;
  if (isRecord(data) && typeof data.sha256 === "string")
    return `${String(data.sizeBytes)} bytes, SHA-256 ${data.sha256}`;
  return JSON.stringify(data);
}

const isRecord = (value: Stored | undefined): value is { readonly [key: string]: Stored | undefined } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How alike two texts are, from 0 to 1: pairs of neighbouring characters that both have (Dice's coefficient). */
export function likeness(one: string, other: string): number {
  if (one === other) return 1;
  const pairs = new Map<string, number>();
  for (let index = 0; index < one.length - 1; index++) {
    const pair = one.slice(index, index + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (let index = 0; index < other.length - 1; index++) {
    const pair = other.slice(index, index + 2);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      pairs.set(pair, left - 1);
      shared++;
    }
  }
  return (2 * shared) / Math.max(1, one.length + other.length - 2);
}
