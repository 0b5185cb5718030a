import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { NodeUnreachable } from "../../../errors/catalogue.ts";
import { openForward } from "./forward.ts";
import type { TcpTarget } from "./route.ts";
import { Slots } from "./slots.ts";

/** How long the server may take to open a channel and start its shell; a login shell's start-up files count. */
const openTimeoutMs = 30_000;
const closeLimitMs = 2_000;

export interface ExecOptions {
  readonly isTty: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One live SSH connection: opens channels, never more than the server takes, and knows when it is lost. */
export class SshLink {
  readonly label: string;
  readonly slots: Slots;
  /** Resolves with the reason when the connection is gone; never rejects. */
  readonly lost: Promise<string>;
  readonly #client: Client;
  #lostReason: string | undefined;
  #sftp: Promise<SFTPWrapper> | undefined;

  constructor(client: Client, label: string, makeRoom: () => void) {
    this.label = label;
    this.#client = client;
    this.slots = new Slots(makeRoom);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.lost = promise;
    const lose = (reason: string) => {
      this.#lostReason ??= reason;
      resolve(this.#lostReason);
    };
    // The first word counts: an error says more than the close that follows it.
    client.on("error", (error) => lose(error.message));
    client.on("end", () => lose("the node closed the connection"));
    client.on("close", () => lose("the connection was closed"));
  }

  get lostReason(): string | undefined {
    return this.#lostReason;
  }

  /**
   * Starts a command in a channel of its own, waiting for a free one. `attach` is called at once, in the same turn,
   * since exit code and close may come in the same packet as the consent.
   */
  async exec(commandLine: string, options: ExecOptions, attach: (channel: ClientChannel) => void): Promise<void> {
    for (;;) {
      await this.slots.take(options.signal);
      try {
        await this.execInReserve(commandLine, options.isTty, (channel) => {
          channel.once("close", () => this.slots.release());
          attach(channel);
        });
        return;
      } catch (error) {
        const mustWait = isRefusedChannel(error) && this.slots.shrink();
        this.slots.release();
        if (!mustWait) throw error;
      }
    }
  }

  /** The same in the place that is kept free for ending hung commands. */
  async execInReserve(commandLine: string, isTty: boolean, attach: (channel: ClientChannel) => void): Promise<void> {
    await this.#within<void>((resolve, reject) => {
      this.#client.exec(commandLine, { pty: isTty }, (error, channel) => {
        if (error !== undefined) return reject(error);
        attach(channel);
        resolve();
      });
    });
  }

  /** Connects from the node to a port that it reaches; such connections take no slot. */
  async forward(target: TcpTarget, signal: AbortSignal | undefined): Promise<ClientChannel> {
    const limits = { timeoutMs: openTimeoutMs, signal };
    return await openForward(this.#client, target, `node '${this.label}'`, limits);
  }

  /** The file transfer channel, opened once for each connection. */
  async sftp(signal: AbortSignal | undefined): Promise<SFTPWrapper> {
    this.#sftp ??= this.#openSftp(signal);
    try {
      return await this.#sftp;
    } catch (error) {
      this.#sftp = undefined;
      throw error;
    }
  }

  /** Closes the connection; after 2 s without the server's consent it is cut. */
  async close(): Promise<void> {
    if (this.#lostReason !== undefined) {
      this.#client.destroy();
      return;
    }
    const timer = setTimeout(() => this.#client.destroy(), closeLimitMs);
    this.#client.end();
    await this.lost;
    clearTimeout(timer);
    this.#client.destroy();
  }

  /** Cuts the connection; every command on it ends as lost. */
  cut(): void {
    this.#client.destroy();
  }

  async #openSftp(signal: AbortSignal | undefined): Promise<SFTPWrapper> {
    await this.slots.take(signal);
    try {
      return await this.#within<SFTPWrapper>((resolve, reject) => {
        this.#client.sftp((error, sftp) => {
          if (error !== undefined) return reject(error);
          sftp.once("close", () => {
            this.#sftp = undefined;
            this.slots.release();
          });
          resolve(sftp);
        });
      });
    } catch (error) {
      this.slots.release();
      throw error;
    }
  }

  async #within<T>(open: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lose = (reason: string) =>
      reject(new NodeUnreachable(`The connection of '${this.label}' is lost: ${reason}.`));
    const timer = setTimeout(() => {
      reject(new NodeUnreachable(`'${this.label}' did not open a channel within ${openTimeoutMs / 1000} s.`));
    }, openTimeoutMs);
    void this.lost.then(lose);
    // When opening throws at once, as on a connection that is being closed, nobody awaits it.
    promise.catch(() => undefined);
    try {
      if (this.#lostReason === undefined) open(resolve, reject);
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Channel open failure");
}
