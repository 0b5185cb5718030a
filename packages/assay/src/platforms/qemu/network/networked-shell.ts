import { PlatformError } from "../../../errors/catalogue.ts";
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
import type { QmpClient } from "../machine/qmp-client.ts";
import type { NetworkPlace } from "./network-plan.ts";
import { networkFromBootScript } from "./network-script.ts";

const JOIN_LIMIT_MS = 120_000;

/** Puts a guest that has booted on its own into its private network. Throws PlatformError with the guest's words. */
export async function joinNetwork(
  shell: Pick<Shell, "run">,
  place: NetworkPlace,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = { sudo: true, timeoutMs: JOIN_LIMIT_MS, ...(signal === undefined ? {} : { signal }) };
  const done = await shell.run(networkFromBootScript(place), options);
  signal?.throwIfAborted();
  if (done.exitCode === 0) return;
  throw new PlatformError(
    `The machine '${place.name}' did not join its private network: ${done.stderr.trim() || done.outcome.kind}`,
    { isTransient: true },
  );
}

/** Tells of resets; a machine, or what stands for one. */
interface Resetting {
  readonly qmp: Pick<QmpClient, "onEvent">;
}

/** Takes a guest back into a network. */
type Join = (shell: Pick<Shell, "run">, signal: AbortSignal | undefined) => Promise<void>;

/** The shell of a machine that joins networks again after a reboot: their addresses are in its memory only. */
export class NetworkedShell implements Shell {
  readonly label: string;
  readonly openTcp?: NonNullable<Shell["openTcp"]>;
  readonly #shell: Shell;
  readonly #join: Join;
  #hasLeft = false;

  constructor(shell: Shell, machine: Resetting, join: Join) {
    this.label = shell.label;
    this.#shell = shell;
    if (shell.openTcp !== undefined) this.openTcp = shell.openTcp.bind(shell);
    this.#join = join;
    machine.qmp.onEvent(({ event }) => {
      if (event === "RESET") this.#hasLeft = true;
    });
  }

  async reconnect(options: Parameters<Shell["reconnect"]>[0]): Promise<void> {
    await this.#shell.reconnect(options);
    if (!this.#hasLeft) return;
    // Before: a reset while it joins makes it leave again.
    this.#hasLeft = false;
    try {
      await this.#join(this.#shell, options.signal);
    } catch (error) {
      this.#hasLeft = true;
      throw error;
    }
  }

  run(command: Command, options?: RunOptions): Promise<Completed> {
    return this.#shell.run(command, options);
  }

  spawn(command: Command, options?: SpawnOptions): Promise<Running> {
    return this.#shell.spawn(command, options);
  }

  read(path: string, options?: FileOptions): Promise<Uint8Array> {
    return this.#shell.read(path, options);
  }

  write(path: string, data: string | Uint8Array, options?: WriteOptions): Promise<void> {
    return this.#shell.write(path, data, options);
  }

  upload(localPath: string, remotePath: string, options?: FileOptions): Promise<void> {
    return this.#shell.upload(localPath, remotePath, options);
  }

  download(remotePath: string, localPath: string, options?: FileOptions): Promise<void> {
    return this.#shell.download(remotePath, localPath, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }
}
