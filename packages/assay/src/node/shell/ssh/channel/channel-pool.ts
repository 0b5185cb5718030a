import type { Process, ProcessSinks } from "../../process.ts";
import type { SshLink } from "../ssh-link.ts";
import { CommandChannel } from "./command-channel.ts";
import type { Frame } from "./frame.ts";

/** Commands that run at the same time each have a channel; more than these go through channels of their own. */
const largestPool = 4;

/** The command channels of one connection. */
export class ChannelPool {
  readonly #link: SshLink;
  readonly #channels = new Set<CommandChannel>();
  #opening = 0;
  #isPossible = true;

  constructor(link: SshLink) {
    this.#link = link;
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
    const idle = [...this.#channels].find((channel) => !channel.isBusy);
    if (idle !== undefined) this.#drop(idle);
  }

  close(): void {
    for (const channel of this.#channels) this.#drop(channel);
  }

  #startOn(channel: CommandChannel, frame: Frame, sinks: ProcessSinks): Process {
    const process = channel.start(frame, sinks);
    // Whoever came for a slot while all channels were busy gets one when the first of them is done.
    void process.ended.then(() => {
      if (this.#link.slots.isAwaited) this.releaseOne();
    });
    return process;
  }

  async #open(): Promise<CommandChannel | undefined> {
    if (!this.#link.slots.tryTake()) return undefined;
    this.#opening += 1;
    try {
      const channel = await CommandChannel.open(this.#link);
      if (channel === undefined) this.#isPossible = false;
      else this.#channels.add(channel);
      return channel;
    } finally {
      this.#opening -= 1;
    }
  }

  #drop(channel: CommandChannel): void {
    this.#channels.delete(channel);
    channel.close();
  }
}
