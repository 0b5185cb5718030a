import type { Duplex } from "node:stream";
import { PlatformError } from "../errors/catalogue.ts";
import type {
  Command,
  CommandObserver,
  Completed,
  FileOptions,
  Running,
  RunOptions,
  Shell,
  SpawnOptions,
  WriteOptions,
} from "./shell/types.ts";

/** A view of a shell that tells observers of every finished command and ends what it started when a signal aborts. */
export class ObservedShell implements Shell {
  readonly label: string;
  readonly #shell: Shell;
  readonly #observers: ReadonlySet<CommandObserver>;
  readonly #signal: AbortSignal | undefined;

  constructor(shell: Shell, observers: ReadonlySet<CommandObserver>, signal: AbortSignal | undefined) {
    this.label = shell.label;
    this.#shell = shell;
    this.#observers = observers;
    this.#signal = signal;
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    const startedAt = new Date();
    const done = await this.#shell.run(command, this.#scoped(options));
    this.#tell(done, startedAt);
    return done;
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    const startedAt = new Date();
    const running = await this.#shell.spawn(command, this.#scoped(options));
    // What a streamed command writes belongs to its reader; observers learn that it ran and how it ended.
    void running.completed.then((end) => {
      this.#tell({ ...end, stdout: "", stderr: "", stdoutBytes: new Uint8Array() }, startedAt);
    });
    return running;
  }

  read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    return this.#shell.read(path, this.#scoped(options));
  }

  write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    return this.#shell.write(path, data, this.#scoped(options));
  }

  upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    return this.#shell.upload(localPath, remotePath, this.#scoped(options));
  }

  download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    return this.#shell.download(remotePath, localPath, this.#scoped(options));
  }

  async openTcp(target: { readonly address: string; readonly port: number }, signal?: AbortSignal): Promise<Duplex> {
    const open = this.#shell.openTcp?.bind(this.#shell);
    if (open === undefined) throw new PlatformError(`No connections can be made from '${this.label}'.`);
    return await open(target, this.#scoped(signal === undefined ? {} : { signal }).signal);
  }

  reconnect(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void> {
    return this.#shell.reconnect(this.#scoped(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }

  #scoped<T extends { readonly signal?: AbortSignal }>(options: T): T {
    if (this.#signal === undefined) return options;
    const signal = options.signal === undefined ? this.#signal : AbortSignal.any([this.#signal, options.signal]);
    return { ...options, signal };
  }

  #tell(done: Completed, startedAt: Date): void {
    for (const observer of this.#observers) observer(done, startedAt);
  }
}
