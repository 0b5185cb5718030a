import { NodeUnreachable } from "../../../errors/catalogue.ts";
import { renderCommand } from "../command-line.ts";
import {
  downloadThroughShell,
  readThroughShell,
  uploadThroughShell,
  writeThroughShell,
} from "../files-through-shell.ts";
import type { Process, ProcessSinks } from "../process.ts";
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
import { frameFor } from "./channel/frame.ts";
import type { StandingShell } from "./channel/shell-wires.ts";
import { startChannelProcess } from "./channel-process.ts";
import { Connection, labelOf } from "./connection.ts";
import { HostKeyPin } from "./host-key-pin.ts";
import type { SshSettings } from "./settings.ts";
import { downloadBySftp, uploadBySftp } from "./sftp-files.ts";

/** Runs commands on a node over SSH: short ones on long-lived command channels, the others on channels of their own. */
export class SshShell implements Shell {
  readonly label: string;
  readonly #settings: SshSettings;
  readonly #isRoot: boolean;
  #connection: Connection;

  private constructor(settings: SshSettings, connection: Connection) {
    this.label = labelOf(settings);
    this.#settings = settings;
    this.#isRoot = settings.username === "root";
    this.#connection = connection;
  }

  /** Logs in. Throws NodeUnreachable, LoginRefused or the reason of the abort. */
  static async connect(given: SshSettings): Promise<SshShell> {
    const settings = withPin(given);
    const patience = { waitMs: settings.waitUntilReadyMs ?? 0, signal: settings.signal };
    return new SshShell(settings, await Connection.logIn(settings, patience));
  }

  /** Begins with a shell that stands ready in the node, and logs in when it has to. Throws NodeUnreachable. */
  static async adopt(given: SshSettings, standing: StandingShell): Promise<SshShell> {
    const settings = withPin(given);
    return new SshShell(settings, await Connection.standing(settings, standing));
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    if (options.signal?.aborted === true) return notStarted(command, { kind: "aborted" });
    try {
      return await runProcess(command, options, (sinks) => this.#start(command, options, sinks));
    } catch (error) {
      if (error === options.signal?.reason) return notStarted(command, { kind: "aborted" });
      if (error instanceof TypeError) throw error;
      const reason = this.#connection.lostReason ?? (error instanceof Error ? error.message : String(error));
      return notStarted(command, { kind: "connection-lost", reason });
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    options.signal?.throwIfAborted();
    const { lostReason } = this.#connection;
    if (lostReason !== undefined) {
      throw new NodeUnreachable(`The connection of '${this.label}' is lost: ${lostReason}.`);
    }
    const link = await this.#connection.link();
    const text = renderCommand(command, options, this.#isRoot);
    const how = { isTty: options.isTty === true, signal: options.signal };
    return await startRunning(command, options, (sinks) => startChannelProcess(link, text, how, sinks));
  }

  read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    return readThroughShell(this, path, options);
  }

  write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    return writeThroughShell(this, path, data, options);
  }

  async upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    if (this.#needsSudo(options)) return await uploadThroughShell(this, localPath, remotePath, options);
    await uploadBySftp(await this.#connection.link(), localPath, remotePath, options);
  }

  async download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    // The kernel's files have no size, which the transfer in parallel parts goes by.
    if (this.#needsSudo(options) || /^\/(proc|sys|dev)\//.test(remotePath)) {
      return await downloadThroughShell(this, remotePath, localPath, options);
    }
    await downloadBySftp(await this.#connection.link(), remotePath, localPath, options);
  }

  async reconnect({ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void> {
    this.#connection.cut();
    const patience = { waitMs: timeoutMs, loginGraceMs: timeoutMs, signal };
    this.#connection = await Connection.logIn(this.#settings, patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  async #start(command: Command, options: RunOptions, sinks: ProcessSinks): Promise<Process> {
    const { lostReason, pool } = this.#connection;
    if (lostReason !== undefined) throw new NodeUnreachable(lostReason);
    const frame = this.#settings.useChannel === false ? undefined : frameFor(command, options, this.#isRoot);
    const onChannel = frame === undefined ? undefined : await pool.start(frame, sinks);
    if (onChannel !== undefined) return onChannel;
    const text = renderCommand(command, options, this.#isRoot);
    const link = await this.#connection.link();
    return await startChannelProcess(link, text, { isTty: false, signal: options.signal }, sinks);
  }

  #needsSudo(options: FileOptions): boolean {
    return options.sudo === true && !this.#isRoot;
  }
}

/** One pin for the life of the shell, so that a reconnect meets the same machine. */
function withPin(settings: SshSettings): SshSettings {
  return { ...settings, hostKey: settings.hostKey ?? new HostKeyPin() };
}
