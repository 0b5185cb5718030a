import { NodeUnreachable } from "../../../../errors/catalogue.ts";
import type { Process, ProcessSinks } from "../../process.ts";
import type { SshLink } from "../ssh-link.ts";
import { type ChannelHost, CommandChannel } from "./command-channel.ts";
import type { Frame } from "./frame.ts";
import { type StandingShell, wiresOfChannel, wiresOfStanding } from "./shell-wires.ts";

/** Commands that run at the same time each have a channel; more than these go through channels of their own. */
const largestPool = 4;

/** What the channels of a pool have in common. */
export interface PoolHost extends ChannelHost {
  link(): Promise<SshLink>;
  /** Whether somebody waits for a channel of the connection. */
  readonly isSlotAwaited: boolean;
}

/** The command channels of one connection. */
export class ChannelPool {
  readonly #host: PoolHost;
  readonly #channels = new Set<CommandChannel>();
  /** The channel on the standing shell, which takes no place of the SSH connection. */
  #standing: CommandChannel | undefined;
  #opening = 0;
  #isPossible = true;

  constructor(host: PoolHost) {
    this.#host = host;
  }

  /** Takes a standing shell in. Throws NodeUnreachable when nobody answers on it. */
  async adopt(standing: StandingShell): Promise<void> {
    const channel = CommandChannel.attach(wiresOfStanding(standing), this.#host);
    if (!(await channel.becomesReady())) {
      channel.close();
      throw new NodeUnreachable("The shell that stood ready in the node does not answer.");
    }
    this.#standing = channel;
    this.#channels.add(channel);
  }

  /** Starts a command on an idle channel or a new one; undefined when it has to go another way. */
  async start(frame: Frame, sinks: ProcessSinks): Promise<Process | undefined> {
    for (const channel of this.#channels) {
      if (channel.isBusy) continue;
      if (channel.isUsable) return this.#startOn(channel, frame, sinks);
      this.#drop(channel);
    }
    if (!this.#isPossible || this.#channels.size + this.#opening >= largestPool) return undefined;
    const channel = await this.#open();
    return channel === undefined ? undefined : this.#startOn(channel, frame, sinks);
  }

  /** Closes an idle channel, if there is one, to make room for another kind of channel. */
  releaseOne(): void {
    const idle = [...this.#channels].find((channel) => !channel.isBusy && channel !== this.#standing);
    if (idle !== undefined) this.#drop(idle);
  }

  close(): void {
    for (const channel of this.#channels) this.#drop(channel);
  }

  #startOn(channel: CommandChannel, frame: Frame, sinks: ProcessSinks): Process {
    const process = channel.start(frame, sinks);
    // Whoever came for a slot while all channels were busy gets one when the first of them is done.
    void process.ended.then(() => {
      if (this.#host.isSlotAwaited) this.releaseOne();
    });
    return process;
  }

  async #open(): Promise<CommandChannel | undefined> {
    const link = await this.#host.link();
    if (!link.slots.tryTake()) return undefined;
    this.#opening += 1;
    try {
      const channel = await this.#openOn(link);
      if (channel === undefined) this.#isPossible = false;
      else this.#channels.add(channel);
      return channel;
    } finally {
      this.#opening -= 1;
    }
  }

  /** Undefined when the server takes no further channel or no sh answers on it; the slot is given back then. */
  async #openOn(link: SshLink): Promise<CommandChannel | undefined> {
    const { promise: attached, resolve: attach } = Promise.withResolvers<CommandChannel>();
    try {
      await link.execInReserve("exec sh", false, (channel) => {
        channel.once("close", () => link.slots.release());
        attach(CommandChannel.attach(wiresOfChannel(channel), this.#host));
      });
    } catch {
      link.slots.shrink();
      link.slots.release();
      return undefined;
    }
    const channel = await attached;
    if (await channel.becomesReady()) return channel;
    channel.close();
    return undefined;
  }

  #drop(channel: CommandChannel): void {
    this.#channels.delete(channel);
    channel.close();
  }
}
