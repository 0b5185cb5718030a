import { readFile, writeFile } from "node:fs/promises";
import { notStarted } from "../../node/shell/run-process.ts";
import type {
  Command,
  Completed,
  FileOptions,
  Outcome,
  Running,
  RunOptions,
  Shell,
  SpawnOptions,
  WriteOptions,
} from "../../node/shell/types.ts";
import { revivedError } from "../recorded-error.ts";
import { fileRequest, runRequest, writeRequest } from "../request.ts";
import type { RecordedCall } from "./recorded-call.ts";
import { replayRunning } from "./replay-running.ts";
import type { ReplaySession } from "./replay-session.ts";

type Stopped = { readonly signal?: AbortSignal };

/** What `run` stores of a command that has ended. */
interface StoredCompletion {
  readonly outcome: Outcome;
  readonly stdoutBytes: Uint8Array;
  readonly stderr: string;
  readonly stdout?: string;
  readonly durationMs: number;
  readonly isTruncated: boolean;
}

/** A shell that answers from a recording. It touches no machine; downloads write the local file they are asked for. */
export class ReplayShell implements Shell {
  readonly label: string;
  readonly #node: string;
  readonly #session: ReplaySession;

  constructor(node: string, session: ReplaySession) {
    this.label = `recording of ${node}`;
    this.#node = node;
    this.#session = session;
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    const call = this.#take("run", runRequest(command, options), options);
    if (call === undefined) return notStarted(command, { kind: "aborted" });
    const stored = await this.#answer(call, options);
    if (stored === "aborted") return notStarted(command, { kind: "aborted" });
    const { outcome, stdoutBytes, stderr, stdout, durationMs, isTruncated } = stored as StoredCompletion;
    return {
      command,
      outcome,
      exitCode: outcome.kind === "exited" ? outcome.exitCode : undefined,
      stdout: stdout ?? Buffer.from(stdoutBytes).toString("utf8"),
      stderr,
      stdoutBytes,
      durationMs,
      isTruncated,
    };
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    const call = this.#take("spawn", runRequest(command, options), options);
    const madeAtMs = this.#session.clock.nowMs;
    if (call === undefined || (await this.#answer(call, options)) === "aborted") throw options.signal?.reason;
    return replayRunning(command, call, madeAtMs, this.#session, options.signal);
  }

  async read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    const bytes = await this.#ask("read", fileRequest(path, options), options);
    return bytes instanceof Uint8Array ? bytes : new Uint8Array();
  }

  async write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    await this.#ask("write", writeRequest(path, data, options), options);
  }

  async upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    const data = await readFile(localPath).catch(() => undefined);
    await this.#ask("upload", writeRequest(remotePath, data, options), options);
  }

  async download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    const bytes = await this.#ask("download", fileRequest(remotePath, options), options);
    if (bytes instanceof Uint8Array) await writeFile(localPath, bytes);
  }

  async reconnect(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void> {
    await this.#ask("reconnect", {}, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is no connection.
  }

  /** Undefined for a call the recording does not have, made after the case was told to end: its clean-up is no change. */
  #take(method: string, request: unknown, options: Stopped & { readonly secrets?: readonly string[] }) {
    try {
      return this.#session.take(this.#node, "shell", method, request, options.secrets);
    } catch (error) {
      if (options.signal?.aborted === true) return undefined;
      throw error;
    }
  }

  async #ask(method: string, request: unknown, options: Stopped): Promise<unknown> {
    const call = this.#take(method, request, options);
    const answer = call === undefined ? "aborted" : await this.#answer(call, options);
    if (answer === "aborted") throw options.signal?.reason;
    return answer;
  }

  /** The recorded answer when its time has come; throws the recorded error. */
  async #answer(call: RecordedCall, { signal }: Stopped): Promise<unknown> {
    const { clock } = this.#session;
    const { result } = call;
    const value = this.#session.value(result?.value);
    // What was cut off ends when the case is told to end this time.
    const isCutOff = result === undefined || result.error?.isAbort === true || isAborted(value);
    const endMs = isCutOff ? undefined : this.#session.timeOf(call, result.at, clock.nowMs);
    if (!(await clock.until(endMs, signal))) return "aborted";
    if (result?.error !== undefined) throw revivedError(result.error);
    return value;
  }
}

function isAborted(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("outcome" in value)) return false;
  const { outcome } = value as StoredCompletion;
  return outcome.kind === "aborted";
}
