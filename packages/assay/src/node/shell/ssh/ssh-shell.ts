import type { Duplex } from "node:stream";
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
import { ChannelPool } from "./channel/channel-pool.ts";
import { frameFor } from "./channel/frame.ts";
import { startChannelProcess } from "./channel-process.ts";
import { HostKeyPin } from "./host-key-pin.ts";
import type { TcpTarget } from "./route.ts";
import { describeTarget, type SshSettings } from "./settings.ts";
import { downloadBySftp, uploadBySftp } from "./sftp-files.ts";
import { SshLink } from "./ssh-link.ts";
import { type Patience, waitForLogin } from "./wait-for-login.ts";

interface Connected {
  readonly link: SshLink;
  readonly pool: ChannelPool;
}

/** Runs commands on a node over SSH: short ones on long-lived command channels, the others on channels of their own. */
export class SshShell implements Shell {
  readonly label: string;
  readonly #settings: SshSettings;
  readonly #isRoot: boolean;
  #connected: Connected;

  private constructor(settings: SshSettings, connected: Connected) {
    this.label = labelOf(settings);
    this.#settings = settings;
    this.#isRoot = settings.username === "root";
    this.#connected = connected;
  }

  /** Logs in. Throws NodeUnreachable, LoginRefused or the reason of the abort. */
  static async connect(given: SshSettings): Promise<SshShell> {
    // One pin for the life of the shell, so that a reconnect meets the same machine.
    const settings = { ...given, hostKey: given.hostKey ?? new HostKeyPin() };
    const patience = { waitMs: settings.waitUntilReadyMs ?? 0, signal: settings.signal };
    return new SshShell(settings, await connectOnce(settings, patience));
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    if (options.signal?.aborted === true) return notStarted(command, { kind: "aborted" });
    try {
      return await runProcess(command, options, (sinks) => this.#start(command, options, sinks));
    } catch (error) {
      if (error === options.signal?.reason) return notStarted(command, { kind: "aborted" });
      if (error instanceof TypeError) throw error;
      const reason = this.#connected.link.lostReason ?? (error instanceof Error ? error.message : String(error));
      return notStarted(command, { kind: "connection-lost", reason });
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    options.signal?.throwIfAborted();
    const { link } = this.#connected;
    if (link.lostReason !== undefined) {
      throw new NodeUnreachable(`The connection of '${this.label}' is lost: ${link.lostReason}.`);
    }
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
    await uploadBySftp(this.#connected.link, localPath, remotePath, options);
  }

  async download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    // The kernel's files have no size, which the transfer in parallel parts goes by.
    if (this.#needsSudo(options) || /^\/(proc|sys|dev)\//.test(remotePath)) {
      return await downloadThroughShell(this, remotePath, localPath, options);
    }
    await downloadBySftp(this.#connected.link, remotePath, localPath, options);
  }

  async openTcp(target: TcpTarget, signal?: AbortSignal): Promise<Duplex> {
    const { link } = this.#connected;
    if (link.lostReason !== undefined) {
      throw new NodeUnreachable(`The connection of '${this.label}' is lost: ${link.lostReason}.`);
    }
    return await link.forward(target, signal);
  }

  async reconnect({ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<void> {
    this.#connected.link.cut();
    this.#connected = await connectOnce(this.#settings, { waitMs: timeoutMs, loginGraceMs: timeoutMs, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connected.pool.close();
    await this.#connected.link.close();
  }

  async #start(command: Command, options: RunOptions, sinks: ProcessSinks): Promise<Process> {
    const { link, pool } = this.#connected;
    if (link.lostReason !== undefined) throw new NodeUnreachable(link.lostReason);
    const frame = this.#settings.useChannel === false ? undefined : frameFor(command, options, this.#isRoot);
    const onChannel = frame === undefined ? undefined : await pool.start(frame, sinks);
    if (onChannel !== undefined) return onChannel;
    const text = renderCommand(command, options, this.#isRoot);
    return await startChannelProcess(link, text, { isTty: false, signal: options.signal }, sinks);
  }

  #needsSudo(options: FileOptions): boolean {
    return options.sudo === true && !this.#isRoot;
  }
}

async function connectOnce(settings: SshSettings, patience: Patience): Promise<Connected> {
  const client = await waitForLogin(settings, patience);
  const link: SshLink = new SshLink(client, labelOf(settings), () => pool.releaseOne());
  const pool = new ChannelPool(link);
  return { link, pool };
}

function labelOf(settings: SshSettings): string {
  return settings.label ?? `ssh ${describeTarget(settings)}`;
}
