import type { Outcome } from "./types.ts";

/** How a process ended on its own, as far as its shell could tell. */
export type Ending = Extract<Outcome, { kind: "exited" | "signalled" | "connection-lost" }>;

export interface ProcessSinks {
  readonly onStdout: (chunk: Uint8Array) => void;
  readonly onStderr: (chunk: Uint8Array) => void;
}

/** A started command with a process group of its own, on this machine or on a node: what `run` and `spawn` are made of. */
export interface Process {
  /** Resolves when the process has ended and its output has been delivered; never rejects. */
  readonly ended: Promise<Ending>;
  /** Resolves when the receiver has taken the data; data for a process that no longer reads is dropped. */
  write(data: string | Uint8Array): Promise<void>;
  endInput(): void;
  /** Holds the output back at its source (`pause`) or lets it flow again. */
  pause(): void;
  resume(): void;
  /** Sends the signal to every process of the group. After KILL it resolves when they are gone or 10 s are over. */
  signal(signal: "TERM" | "KILL"): Promise<void>;
}

export type StartProcess = (sinks: ProcessSinks) => Promise<Process>;
