import type { FailureClass } from "../errors/assay-error.ts";
import type { FinalStatus } from "../events/types.ts";
import type { Capability, ConnectionInfo } from "../node/node.ts";

/** Raised when older programs could no longer read what is written. */
export const FORMAT = 1;

/** How the names of recordings end. */
export const RECORDING_SUFFIX = ".ndjson.gz";

/** Name of the file in the folder of a case attempt. */
export const RECORDING_FILE = `recording${RECORDING_SUFFIX}`;

/** What can stand in a line: JSON, in which an object with one key `$text`, `$bytes`, `$function` or `$object` is special. */
export type Stored =
  | string
  | number
  | boolean
  | null
  | readonly Stored[]
  | { readonly [key: string]: Stored | undefined };

/** What is known of a node without asking it. */
export interface RecordedNode {
  readonly name: string;
  readonly index: number;
  readonly isLocal: boolean;
  readonly connection: ConnectionInfo;
  readonly capability: Capability;
}

/** First line of a recording. */
export interface RecordingHeader {
  readonly kind: "recording";
  readonly format: typeof FORMAT;
  readonly resultId: string;
  readonly suite: string;
  readonly case: string;
  /** ISO 8601 UTC; what a replay takes for the time of day. */
  readonly startedAt: string;
  readonly timeoutMs: number;
  readonly ignoreFailure: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly environment: {
    readonly name: string;
    readonly facts: Readonly<Record<string, string>>;
    readonly nodes: readonly RecordedNode[];
  };
  /** The case's code when it was recorded; undefined when its file could not be told. */
  readonly code?: { readonly file: string; readonly digest: string };
}

/** An error as data: the name of its class, its message, and what else the classes of the catalogue carry. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly help?: string;
  /** The call was cut off by its signal, whose reason is the caller's own. */
  readonly isAbort?: boolean;
  readonly fields?: { readonly [key: string]: Stored };
}

interface EntryTypes {
  /** Something was asked of a node: of its shell, or of a feature by name. */
  call: {
    readonly id: number;
    readonly node: string;
    readonly via: string;
    readonly method: string;
    readonly request: Stored;
  };
  /** What the call gave. A call without one was still under way when the case ended. */
  result: {
    readonly id: number;
    readonly value?: Stored;
    readonly error?: RecordedError;
    /** The answer came at once and not as a promise. */
    readonly isSync?: boolean;
  };
  /** A piece of what a streamed command wrote, when the case took it. */
  chunk: { readonly id: number; readonly stream: "stdout" | "stderr"; readonly data: Stored };
  /** What the case gave to a streamed command. */
  input: { readonly id: number; readonly data: Stored };
  /** The case told a streamed command to end. */
  kill: { readonly id: number };
  /** A streamed command has ended. */
  ended: { readonly id: number; readonly value: Stored };
  /** A feature called the function at `position` of its arguments. */
  callback: { readonly id: number; readonly position: number; readonly args: readonly Stored[] };
  /** A machine died on its own. */
  died: { readonly error: RecordedError };
  /** The verdict; last line. */
  finished: {
    readonly status: FinalStatus;
    readonly message: string;
    readonly failureClass?: FailureClass;
    readonly warning?: string;
  };
}

export type EntryKind = keyof EntryTypes;
/** A line after the first. `at` is in ms since the case began. */
export type Entry = { [K in EntryKind]: { readonly kind: K; readonly at: number } & EntryTypes[K] }[EntryKind];
export type EntryOf<K extends EntryKind> = Extract<Entry, { readonly kind: K }>;

/** A recording as it was read. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly entries: readonly Entry[];
}
