import type {
  Command,
  Completed,
  FileOptions,
  Running,
  RunOptions,
  Shell,
  SpawnOptions,
  WriteOptions,
} from "../../../node/shell/types.ts";

type Reconnect = Parameters<Shell["reconnect"]>[0];

/**
 * A shell whose login changes: it begins with the connection that was made with the template's key, and every later
 * connection is made with the run's key, which by then is the only one the guest knows.
 */
export class RunShell implements Shell {
  readonly label: string;
  readonly #connectAnew: (options: Reconnect) => Promise<Shell>;
  #current: Shell;
  #isOfTemplate = true;

  constructor(first: Shell, connectAnew: (options: Reconnect) => Promise<Shell>) {
    this.label = first.label;
    this.#current = first;
    this.#connectAnew = connectAnew;
  }

  run(command: Command, options?: RunOptions): Promise<Completed> {
    return this.#current.run(command, options);
  }
  spawn(command: Command, options?: SpawnOptions): Promise<Running> {
    return this.#current.spawn(command, options);
  }
  read(path: string, options?: FileOptions): Promise<Uint8Array> {
    return this.#current.read(path, options);
  }
  write(path: string, data: string | Uint8Array, options?: WriteOptions): Promise<void> {
    return this.#current.write(path, data, options);
  }
  upload(localPath: string, remotePath: string, options?: FileOptions): Promise<void> {
    return this.#current.upload(localPath, remotePath, options);
  }
  download(remotePath: string, localPath: string, options?: FileOptions): Promise<void> {
    return this.#current.download(remotePath, localPath, options);
  }

  async reconnect(options: Reconnect): Promise<void> {
    if (!this.#isOfTemplate) return await this.#current.reconnect(options);
    const old = this.#current;
    // Closing may wait for a guest that is rebooting; the new connection must not.
    void old[Symbol.asyncDispose]();
    this.#current = await this.#connectAnew(options);
    this.#isOfTemplate = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current[Symbol.asyncDispose]();
  }
}
