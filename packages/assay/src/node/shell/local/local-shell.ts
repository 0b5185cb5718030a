import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { NodeUnreachable } from "../../../errors/catalogue.ts";
import { renderCommand, shellPreamble } from "../command-line.ts";
import {
  downloadThroughShell,
  readThroughShell,
  uploadThroughShell,
  writeThroughShell,
} from "../files-through-shell.ts";
import { notStarted, runProcess } from "../run-process.ts";
import { startRunning } from "../running.ts";
import type {
  Command,
  Completed,
  FileOptions,
  Running,
  RunOptions,
  Shell,
  SpawnOptions,
  WriteOptions,
} from "../types.ts";
import { startLocalProcess } from "./local-process.ts";

/** Runs commands on the machine assay itself runs on, as the user it runs as. */
export class LocalShell implements Shell {
  readonly label = "local";
  readonly #isRoot = process.getuid?.() === 0;

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    if (options.signal?.aborted === true) return notStarted(command, { kind: "aborted" });
    const text = this.#commandLine(command, options);
    return await runProcess(command, options, async (sinks) => startLocalProcess(text, sinks));
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    options.signal?.throwIfAborted();
    const text = this.#commandLine(command, options);
    // script(1) of util-linux gives the terminal; Node has none to give.
    const terminal = options.isTty === true ? renderCommand(["script", "-qefc", text, "/dev/null"], {}, true) : text;
    return await startRunning(command, options, async (sinks) => startLocalProcess(terminal, sinks));
  }

  read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    return readThroughShell(this, path, options);
  }

  write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    return writeThroughShell(this, path, data, options);
  }

  upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    return uploadThroughShell(this, localPath, remotePath, options);
  }

  download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    return downloadThroughShell(this, remotePath, localPath, options);
  }

  async openTcp(
    { address, port }: { readonly address: string; readonly port: number },
    signal?: AbortSignal,
  ): Promise<Duplex> {
    signal?.throwIfAborted();
    const socket = connect({ host: address, port, noDelay: true });
    try {
      await once(socket, "connect", signal === undefined ? {} : { signal });
      return socket;
    } catch (cause) {
      socket.destroy();
      signal?.throwIfAborted();
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new NodeUnreachable(`This machine does not reach '${address}:${port}': ${said}.`, { cause });
    }
  }

  async reconnect(): Promise<void> {
    // There is no connection to this machine that could be lost.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every command has its own process and is ended by whoever started it.
  }

  #commandLine(command: Command, options: RunOptions | SpawnOptions): string {
    return `${shellPreamble}\n${renderCommand(command, options, this.#isRoot)}`;
  }
}
