import type { Duplex } from "node:stream";

/**
 * A program with its arguments, or shell text that was written as such. There is no third form, so that no
 * variable is ever glued into shell text unescaped: use `sh\`...\`` (quotes every interpolation) for text.
 */
export type Command = readonly [program: string, ...args: string[]] | ShellText;

/** Shell text made by the `sh` tag, in which every interpolated value has been quoted for POSIX sh. */
export interface ShellText {
  readonly kind: "shell-text";
  readonly text: string;
}

export interface RunOptions {
  /** Run as root through `sudo -n` when the login user is not root. Default false. */
  readonly sudo?: boolean;
  /** Bytes or text given on standard input; without it standard input is /dev/null. */
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** After this long the remote process group is killed and `outcome.kind` is `timed-out`. Default 600 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Kept per stream; more is counted, dropped and marked. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Text that must not appear in logs of this command. */
  readonly secrets?: readonly string[];
}

/** How a command ended. A lost connection is an ordinary outcome in this trade, not an exception. */
export type Outcome =
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "connection-lost"; readonly reason: string };

export interface Completed {
  readonly command: Command;
  readonly outcome: Outcome;
  /** 0..255 when the command exited, otherwise undefined. */
  readonly exitCode: number | undefined;
  /** UTF-8 decoded output, not trimmed. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
  readonly durationMs: number;
  /** True when output went over `maxOutputBytes`. */
  readonly isTruncated: boolean;
}

/** A command that is still running, made by `spawn`. */
export interface Running extends AsyncDisposable {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  write(data: string | Uint8Array): Promise<void>;
  endInput(): void;
  /** Ends the whole remote process group: TERM, after a grace of 5 s KILL. Resolves when it is gone. */
  kill(): Promise<void>;
  readonly completed: Promise<Omit<Completed, "stdout" | "stderr" | "stdoutBytes">>;
}

export interface SpawnOptions extends Omit<RunOptions, "stdin" | "maxOutputBytes"> {
  readonly isTty?: boolean;
}

/** Called for every finished command; logs, recordings and command files hang on it. */
export type CommandObserver = (completed: Completed, startedAt: Date) => void;

/** Everything that is done to a guest goes through a Shell. Local, SSH, recording and replaying implement it. */
export interface Shell extends AsyncDisposable {
  /** Such as `local` or `ssh assay@127.0.0.1:2222`, for messages. */
  readonly label: string;
  run(command: Command, options?: RunOptions): Promise<Completed>;
  spawn(command: Command, options?: SpawnOptions): Promise<Running>;
  read(path: string, options?: FileOptions): Promise<Uint8Array>;
  /** Replaces the file at `path` as a whole, with `mode` (default 0o644). */
  write(path: string, data: string | Uint8Array, options?: WriteOptions): Promise<void>;
  upload(localPath: string, remotePath: string, options?: FileOptions): Promise<void>;
  download(remotePath: string, localPath: string, options?: FileOptions): Promise<void>;
  /** Connects from the node to a TCP port that it reaches. Throws NodeUnreachable. Absent where that cannot be done. */
  openTcp?(target: { readonly address: string; readonly port: number }, signal?: AbortSignal): Promise<Duplex>;
  /** Drops the connection and makes a new one, waiting until the node accepts it or `timeoutMs` is over (throws NodeUnreachable). */
  reconnect(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void>;
}

export interface FileOptions {
  readonly sudo?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
export interface WriteOptions extends FileOptions {
  readonly mode?: number;
}
