import { makeMask } from "../../events/mask.ts";
import type { EntryOf, RecordingHeader, Stored } from "../format.ts";
import { maskPieces } from "../mask-bytes.ts";
import { toStored } from "../stored-value.ts";
import { joinPieces } from "./join-pieces.ts";
import type { RawEntry, Recorder } from "./recorder.ts";

type Mask = (text: string) => string;
type Verdict = Omit<EntryOf<"finished">, "kind" | "at">;

/**
 * The lines of a recording, masked with all that is known to be secret by now: what the run knows (`mask`) and what
 * single commands were told.
 */
export function finishRecording(header: RecordingHeader, recorder: Recorder, verdict: Verdict, mask: Mask): string[] {
  const ownMask = makeMask(recorder.secrets);
  const both: Mask = (text) => mask(ownMask(text));
  recorder.add("finished", { ...verdict });
  recorder.close();
  const entries = joinPieces(joinSplitSecrets(recorder.entries, both)).map(({ kind, at, data }) => ({
    kind,
    at,
    ...stored(data, both),
  }));
  const variables = toStored(header.variables, (text) => text);
  const first = { ...stored({ ...header, variables: withoutSecretNumbers(variables, both) }, both), kind: header.kind };
  return [first, ...entries].map((line) => JSON.stringify(line));
}

/** What gives a line its meaning: a secret that happens to be one of these words must not spoil it. */
const STRUCTURE: ReadonlySet<string> = new Set(["via", "method", "stream", "status", "failureClass"]);

function stored(data: Readonly<Record<string, unknown>>, mask: Mask): Readonly<Record<string, Stored>> {
  const known = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([key, value]) => [key, toStored(value, STRUCTURE.has(key) ? (text) => text : mask)]),
  );
}

/** A variable may hold a secret as a number. */
function withoutSecretNumbers(value: Stored | undefined, mask: Mask): Stored {
  if (typeof value === "number") return mask(String(value)) === String(value) ? value : mask(String(value));
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map((item: Stored) => withoutSecretNumbers(item, mask));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecretNumbers(item, mask)]));
}

/** Streams are masked as a whole: a secret may come in two pieces. */
function joinSplitSecrets(entries: readonly RawEntry[], mask: Mask): readonly RawEntry[] {
  const streams = Map.groupBy(entries, streamOf);
  streams.delete(undefined);
  const replaced = new Map<RawEntry, RawEntry | undefined>();
  for (const pieces of streams.values()) {
    const masked = maskPieces(
      pieces.map((entry) => bytesOf(entry) ?? new Uint8Array()),
      mask,
    );
    pieces.forEach((entry, index) => {
      const bytes = masked[index];
      replaced.set(entry, bytes === undefined ? undefined : withBytes(entry, bytes));
    });
  }
  return entries.flatMap((entry) => (replaced.has(entry) ? (replaced.get(entry) ?? []) : entry));
}

/** Names the stream an entry is a piece of; undefined for what is no stream. */
function streamOf(entry: RawEntry): string | undefined {
  if (bytesOf(entry) === undefined) return undefined;
  return `${entry.kind} ${entry.data.id} ${entry.data.stream ?? ""} ${entry.data.position ?? ""}`;
}

function bytesOf({ kind, data }: RawEntry): Uint8Array | undefined {
  if (kind === "chunk" || kind === "input") return data.data instanceof Uint8Array ? data.data : undefined;
  if (kind !== "callback" || !Array.isArray(data.args) || data.args.length !== 1) return undefined;
  const [text] = data.args as readonly unknown[];
  return typeof text === "string" ? Buffer.from(text) : undefined;
}

function withBytes(entry: RawEntry, bytes: Uint8Array): RawEntry {
  const data =
    entry.kind === "callback"
      ? { ...entry.data, args: [Buffer.from(bytes).toString("utf8")] }
      : { ...entry.data, data: bytes };
  return { ...entry, data };
}
