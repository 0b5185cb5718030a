import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { LoginRefused, NodeUnreachable } from "../../../errors/catalogue.ts";
import { openForward } from "./forward.ts";
import { HostKeyPin } from "./host-key-pin.ts";
import { type Attempt, logIn } from "./log-in.ts";
import type { Route, TcpTarget } from "./route.ts";
import { describeTarget, type SshSettings } from "./settings.ts";

/** A host that others are reached through. */
export interface JumpHost extends Pick<SshSettings, "address" | "port" | "username" | "password" | "privateKey"> {
  /** Where the host before it in the chain finds it; the first one is connected to at `address` and `port`. */
  readonly inner?: TcpTarget | undefined;
}

interface Chain {
  readonly clients: Promise<readonly Client[]>;
  /** Ends the making of it. */
  readonly unwanted: AbortController;
}

/** A login on a jump host counts from its first packet. */
const LOGIN_TIMEOUT_MS = 60_000;

/**
 * The way through one or more jump hosts, in their order. Each host is logged in to once, for all who go through it:
 * when the first of them comes, again after the connection was lost; it is left when the last of them has gone.
 */
export class JumpRoute implements Route {
  readonly #hosts: readonly JumpHost[];
  readonly #pins: readonly HostKeyPin[];
  #chain: Chain | undefined;
  #users = 0;

  constructor(hosts: readonly [JumpHost, ...JumpHost[]]) {
    this.#hosts = hosts;
    this.#pins = hosts.map(() => new HostKeyPin());
  }

  async open(target: TcpTarget, attempt: Attempt): Promise<Duplex> {
    attempt.signal?.throwIfAborted();
    this.#users += 1;
    try {
      const clients = await withAbort(this.#connected(attempt.bannerTimeoutMs), attempt.signal);
      const last = clients.at(-1);
      if (last === undefined) throw new TypeError("A route without hosts leads nowhere.");
      const channel = await openForward(last, target, this.#nameOf(this.#hosts.length - 1), attempt);
      channel.once("close", () => this.#leave());
      return channel;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** Shared by all who come meanwhile, so that the abort of one does not take it from the others. */
  #connected(bannerTimeoutMs: number): Promise<readonly Client[]> {
    if (this.#chain !== undefined) return this.#chain.clients;
    const unwanted = new AbortController();
    const chain: Chain = { clients: this.#connect(bannerTimeoutMs, unwanted.signal), unwanted };
    this.#chain = chain;
    const forget = (): void => {
      if (this.#chain === chain) this.#chain = undefined;
    };
    chain.clients.then((clients) => {
      const lost = (): void => {
        forget();
        // Without one of them the way is gone, and nobody would leave the others any more.
        endAll(clients);
      };
      // A host whose connection is a channel of the one before only ends when its machine is gone, and never closes.
      for (const client of clients) client.once("end", lost).once("close", lost);
    }, forget);
    return chain.clients;
  }

  async #connect(bannerTimeoutMs: number, signal: AbortSignal): Promise<readonly Client[]> {
    const clients: Client[] = [];
    try {
      for (const [index, { inner, ...host }] of this.#hosts.entries()) {
        const before = clients.at(-1);
        const via: Route | undefined = before && {
          open: (_target, attempt) => openForward(before, inner ?? host, this.#nameOf(index - 1), attempt),
        };
        const limits = { bannerTimeoutMs, timeoutMs: LOGIN_TIMEOUT_MS, signal };
        const settings = { ...host, hostKey: this.#pins[index], via };
        clients.push(await logIn(settings, limits).catch((error) => this.#explain(index, error)));
      }
      return clients;
    } catch (error) {
      endAll(clients);
      throw error;
    }
  }

  #explain(index: number, error: unknown): never {
    if (!(error instanceof LoginRefused || error instanceof NodeUnreachable)) throw error;
    const { message, help } = error;
    const told = `The way ends at ${this.#nameOf(index)}: ${message}`;
    const details = { cause: error, ...(help === undefined ? {} : { help }) };
    throw error instanceof LoginRefused ? new LoginRefused(told, details) : new NodeUnreachable(told, details);
  }

  #nameOf(index: number): string {
    const host = this.#hosts[index];
    const which = this.#hosts.length === 1 ? "" : ` (${index + 1} of ${this.#hosts.length})`;
    return host === undefined ? "a jump host" : `jump host '${describeTarget(host)}'${which}`;
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const chain = this.#chain;
    this.#chain = undefined;
    chain?.unwanted.abort();
    chain?.clients.then(endAll, () => undefined);
  }
}

/** The innermost first: its good-bye goes through the others. */
function endAll(clients: readonly Client[]): void {
  for (const client of clients.toReversed()) client.end();
}

async function withAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
