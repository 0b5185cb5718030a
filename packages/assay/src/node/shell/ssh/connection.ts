import { ChannelPool, type PoolHost } from "./channel/channel-pool.ts";
import type { StandingShell } from "./channel/shell-wires.ts";
import { endRemoteSession } from "./channel-process.ts";
import { describeTarget, type SshSettings } from "./settings.ts";
import { SshLink } from "./ssh-link.ts";
import { type Patience, waitForLogin } from "./wait-for-login.ts";

/**
 * Everything that leads to one boot of a node: the SSH login and the command channels. With a standing shell the login
 * is made only when something needs it (streams, file transfer, a second command at the same time, ending a command).
 */
export class Connection implements PoolHost {
  readonly pool: ChannelPool;
  readonly lost: Promise<string>;
  readonly #settings: SshSettings;
  readonly #lose: (reason: string) => void;
  #link: Promise<SshLink> | undefined;
  #opened: SshLink | undefined;
  #lostReason: string | undefined;

  private constructor(settings: SshSettings) {
    this.#settings = settings;
    this.pool = new ChannelPool(this);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.lost = promise;
    this.#lose = (reason) => {
      this.#lostReason ??= reason;
      resolve(reason);
    };
  }

  /** Logs in. Throws NodeUnreachable, LoginRefused or the reason of the abort. */
  static async logIn(settings: SshSettings, patience: Patience): Promise<Connection> {
    const made = new Connection(settings);
    await made.#logIn(patience);
    return made;
  }

  /** Begins with a shell that stands ready in the node. Throws NodeUnreachable when nobody answers on it. */
  static async standing(settings: SshSettings, standing: StandingShell): Promise<Connection> {
    const made = new Connection(settings);
    await made.pool.adopt(standing);
    return made;
  }

  get lostReason(): string | undefined {
    return this.#lostReason;
  }

  get isSlotAwaited(): boolean {
    return this.#opened?.slots.isAwaited ?? false;
  }

  /** The SSH login, made at the first call. */
  link(): Promise<SshLink> {
    return this.#link ?? this.#logIn({ waitMs: 0, signal: undefined });
  }

  async endSession(sessionId: number, signal: "TERM" | "KILL"): Promise<void> {
    await endRemoteSession(await this.link(), sessionId, signal);
  }

  watch(): void {
    // The login's keep-alive tells from now on; a login that fails tells at once.
    this.link().catch((error: unknown) => this.#lose(error instanceof Error ? error.message : String(error)));
  }

  /** Cuts the login; every command ends as lost. */
  cut(): void {
    this.pool.close();
    this.#lose("the connection was given up");
    void this.#link?.then(
      (link) => link.cut(),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.pool.close();
    const link = await this.#link?.catch(() => undefined);
    await link?.close();
  }

  async #logIn(patience: Patience): Promise<SshLink> {
    const opening = waitForLogin(this.#settings, patience).then(
      (client) => new SshLink(client, labelOf(this.#settings), () => this.pool.releaseOne()),
    );
    this.#link = opening;
    try {
      const link = await opening;
      this.#opened = link;
      void link.lost.then(this.#lose);
      return link;
    } catch (error) {
      // The next one who needs it tries again.
      this.#link = undefined;
      throw error;
    }
  }
}

/** Name of the node in messages. */
export function labelOf(settings: SshSettings): string {
  return settings.label ?? `ssh ${describeTarget(settings)}`;
}
