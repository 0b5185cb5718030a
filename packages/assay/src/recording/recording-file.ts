import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { RecordingUnreadable } from "../errors/catalogue.ts";
import { writeError } from "../errors/disk-full.ts";
import { type Entry, FORMAT, type Recording, type RecordingHeader } from "./format.ts";

/** A recording is text of the same few words: unpacked it may be this large, and no larger. */
const LARGEST_BYTES = 1024 * 1024 * 1024;

/** Writes the lines compressed. Throws HostExhausted when the disk is full. */
export async function writeRecording(path: string, lines: readonly string[]): Promise<void> {
  const packed = await promisify(gzip)(`${lines.join("\n")}\n`, { level: 9 });
  try {
    await writeFile(path, packed);
  } catch (error) {
    throw writeError(error, path);
  }
}

/** Reads a recording; throws RecordingUnreadable for a file that is none, is cut off, or is of another format. */
export async function readRecording(path: string): Promise<Recording> {
  const [first, ...entries] = await readLines(path);
  if (!isHeader(first)) throw unreadable(path, "its first line is not that of a recording");
  if (first.format !== FORMAT) {
    throw new RecordingUnreadable(
      `The recording '${path}' has format ${first.format}; this version of assay reads format ${FORMAT}.`,
      { help: "Record the case again with 'assay run --record'." },
    );
  }
  const strange = entries.findIndex((entry) => !isEntry(entry));
  if (strange !== -1) throw unreadable(path, `its line ${strange + 2} is none of a recording`);
  if (!entries.some((entry) => isEntry(entry) && entry.kind === "finished"))
    throw unreadable(path, "it has no verdict");
  return { header: first, entries: entries.filter(isEntry) };
}

async function readLines(path: string): Promise<readonly unknown[]> {
  try {
    const unpacked = await promisify(gunzip)(await readFile(path), { maxOutputLength: LARGEST_BYTES });
    const lines = unpacked.toString("utf8").split("\n");
    return lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line));
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(path: string, why: string): RecordingUnreadable {
  return new RecordingUnreadable(`The recording '${path}' cannot be read: ${why}.`, {
    help: "Record the case again with 'assay run --record'.",
  });
}

const KINDS: ReadonlySet<unknown> = new Set<Entry["kind"]>([
  "call",
  "result",
  "chunk",
  "input",
  "kill",
  "ended",
  "callback",
  "died",
  "finished",
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Looks at what the replay relies on; a file of this format was written by assay itself. */
function isHeader(value: unknown): value is RecordingHeader {
  if (!isObject(value) || value.kind !== "recording" || typeof value.format !== "number") return false;
  const names = [value.resultId, value.suite, value.case, value.startedAt];
  if (!names.every((name) => typeof name === "string")) return false;
  return isObject(value.variables) && isObject(value.environment) && Array.isArray(value.environment.nodes);
}

function isEntry(value: unknown): value is Entry {
  return isObject(value) && KINDS.has(value.kind) && typeof value.at === "number";
}
