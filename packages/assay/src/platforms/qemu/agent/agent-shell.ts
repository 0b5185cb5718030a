import type { Duplex } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";
import { endSessionScript } from "../../../node/shell/end-session.ts";
import { readThroughShell } from "../../../node/shell/files-through-shell.ts";
import { notStarted } from "../../../node/shell/run-process.ts";
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
import type { AgentChannel } from "./agent-channel.ts";
import { runOnAgent } from "./run-on-agent.ts";

type Reconnect = Parameters<Shell["reconnect"]>[0];

export interface AgentShellParts {
  readonly label: string;
  readonly isRoot: boolean;
  /** The agent of the login user, until the guest reboots; undefined when the template has none. */
  readonly agent: { readonly channel: AgentChannel; readonly sessionId: number } | undefined;
  /** A login that is already there. */
  readonly login: Shell | undefined;
  /** Logs in with the run's key. */
  readonly connect: (options: Reconnect) => Promise<Shell>;
}

const LOGIN_TIMEOUT_MS = 120_000;
const KILL_TIMEOUT_MS = 30_000;

/**
 * The shell of a fork: short commands go through the agent, which needs no login; SSH is connected when something
 * first asks for what only SSH can do (streams, input, transfers, a second command at once, a guest that rebooted).
 */
export class AgentShell implements Shell {
  readonly label: string;
  readonly #parts: AgentShellParts;
  #agent: AgentShellParts["agent"];
  #login: Promise<Shell> | undefined;

  constructor(parts: AgentShellParts) {
    this.label = parts.label;
    this.#parts = parts;
    this.#agent = parts.agent;
    this.#login = parts.login === undefined ? undefined : Promise.resolve(parts.login);
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    const { isRoot } = this.#parts;
    if (this.#agent !== undefined) {
      const { channel, sessionId } = this.#agent;
      const endSession = (signal: "TERM" | "KILL") => this.#endSession(sessionId, signal);
      const done = await runOnAgent(channel, command, options, { isRoot, endSession });
      if (done !== undefined) return done;
      const reason = channel.machineLostReason;
      if (reason !== undefined && this.#login === undefined)
        return notStarted(command, { kind: "connection-lost", reason });
    }
    let login: Shell;
    try {
      login = await this.#connected(options.signal);
    } catch (error) {
      if (options.signal?.aborted === true) return notStarted(command, { kind: "aborted" });
      const reason = error instanceof Error ? error.message : String(error);
      return notStarted(command, { kind: "connection-lost", reason });
    }
    return await login.run(command, options);
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<Running> {
    return await (await this.#connected(options.signal)).spawn(command, options);
  }

  read(path: string, options: FileOptions = {}): Promise<Uint8Array> {
    return readThroughShell(this, path, options);
  }

  async write(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    await (await this.#connected(options.signal)).write(path, data, options);
  }

  async upload(localPath: string, remotePath: string, options: FileOptions = {}): Promise<void> {
    await (await this.#connected(options.signal)).upload(localPath, remotePath, options);
  }

  async download(remotePath: string, localPath: string, options: FileOptions = {}): Promise<void> {
    await (await this.#connected(options.signal)).download(remotePath, localPath, options);
  }

  async openTcp(target: { readonly address: string; readonly port: number }, signal?: AbortSignal): Promise<Duplex> {
    const login = await this.#connected(signal);
    if (login.openTcp === undefined) throw new PlatformError(`No connections can be made from '${this.label}'.`);
    return await login.openTcp(target, signal);
  }

  async reconnect(options: Reconnect): Promise<void> {
    this.#agent?.channel.lose("the connection is made anew");
    this.#agent = undefined;
    const old = this.#login;
    // Taking leave of a guest that reboots may take long; the new connection must not wait for it.
    void old?.then((shell) => shell[Symbol.asyncDispose]()).catch(() => undefined);
    this.#login = this.#parts.connect(options);
    await this.#login;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent?.channel.lose("the connection was closed");
    const login = await this.#login?.catch(() => undefined);
    await login?.[Symbol.asyncDispose]();
  }

  /** The login, made when it is first asked for. Rejects at once with the reason of the abort. */
  async #connected(signal: AbortSignal | undefined): Promise<Shell> {
    signal?.throwIfAborted();
    // Shared by all commands, so that the abort of one of them must not take it from the others.
    this.#login ??= this.#logIn();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#login, aborted]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async #logIn(): Promise<Shell> {
    try {
      return await this.#parts.connect({ timeoutMs: LOGIN_TIMEOUT_MS });
    } catch (error) {
      this.#login = undefined;
      throw error;
    }
  }

  async #endSession(sessionId: number, signal: "TERM" | "KILL"): Promise<void> {
    try {
      const shell = await this.#connected(undefined);
      const script = endSessionScript(sessionId, signal);
      await shell.run(["sh", "-c", script], { sudo: true, timeoutMs: KILL_TIMEOUT_MS });
    } catch {
      // No login, no kill: the agent is given up, and its command with it.
    }
  }
}
