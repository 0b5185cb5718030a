import { readFile } from "node:fs/promises";
import type {
  Command,
  Completed,
  FileOptions,
  Running,
  RunOptions,
  Shell,
  SpawnOptions,
  WriteOptions,
} from "../../node/shell/types.ts";
import { fileRequest, type Requested, runRequest, writeRequest } from "../request.ts";
import type { Recorder } from "./recorder.ts";
import { recordingRunning } from "./recording-running.ts";

/** A shell that does everything with another one and tells a recorder of it. */
export class RecordingShell implements Shell {
  readonly label: string;
  readonly #shell: Shell;
  readonly #node: string;
  readonly #recorder: Recorder;

  constructor(shell: Shell, node: string, recorder: Recorder) {
    this.label = shell.label;
    this.#shell = shell;
    this.#node = node;
    this.#recorder = recorder;
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    this.#recorder.learn(options.secrets);
    const id = this.#call("run", runRequest(command, options));
    try {
      const done = await this.#shell.run(command, options);
      this.#recorder.add("result", { id, value: storedCompletion(done) });
      return done;
    } catch (error) {
      this.#recorder.fail(id, error, options.signal);
      throw error;
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    this.#recorder.learn(options.secrets);
    const id = this.#call("spawn", runRequest(command, options));
    try {
      const running = await this.#shell.spawn(command, options);
      this.#recorder.add("result", { id });
      return recordingRunning(running, id, this.#recorder);
    } catch (error) {
      this.#recorder.fail(id, error, options.signal);
      throw error;
    }
  }

  async read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    const id = this.#call("read", fileRequest(path, options));
    return await this.#recorder.answer(id, this.#shell.read(path, options), options.signal);
  }

  async write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    const id = this.#call("write", writeRequest(path, data, options));
    await this.#recorder.answer(id, this.#shell.write(path, data, options), options.signal);
  }

  async upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    // Read once more for the recording, as it is before the transfer; whether it can be read is the shell's to say.
    const data = await readFile(localPath).catch(() => undefined);
    const id = this.#call("upload", writeRequest(remotePath, data, options));
    await this.#recorder.answer(id, this.#shell.upload(localPath, remotePath, options), options.signal);
  }

  async download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    const id = this.#call("download", fileRequest(remotePath, options));
    const downloaded = async (): Promise<Uint8Array> => {
      await this.#shell.download(remotePath, localPath, options);
      return await readFile(localPath);
    };
    await this.#recorder.answer(id, downloaded(), options.signal);
  }

  async reconnect(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void> {
    const id = this.#call("reconnect", {});
    await this.#recorder.answer(id, this.#shell.reconnect(options), options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }

  #call(method: string, request: Requested): number {
    return this.#recorder.call(this.#node, "shell", method, request);
  }
}

/** What cannot be told from the rest is kept: `stdout` follows from its bytes unless some were dropped. */
function storedCompletion(done: Completed): object {
  const { outcome, stdout, stderr, stdoutBytes, durationMs, isTruncated } = done;
  return { outcome, stdoutBytes, stderr, durationMs, isTruncated, ...(isTruncated ? { stdout } : {}) };
}
