import type { ClientChannel } from "ssh2";
import type { Ending, Process, ProcessSinks } from "../../process.ts";
import { endRemoteSession, signalName } from "../channel-process.ts";
import type { SshLink } from "../ssh-link.ts";
import { bootstrapScript } from "./bootstrap.ts";
import { Exchange, newMarker } from "./exchange.ts";
import { type Frame, parseReport } from "./frame.ts";

/** How long the shell may take to come up; the start-up files of the login shell run in it. */
const readyTimeoutMs = 20_000;

/**
 * One plain `sh` that lives as long as its SSH channel and runs one command after the other, which saves the server a
 * process, a login shell and its start-up files for each of them.
 */
export class CommandChannel {
  readonly #link: SshLink;
  #channel: ClientChannel | undefined;
  #sessionId: number | undefined;
  readonly #exchange = new Exchange();

  private constructor(link: SshLink) {
    this.#link = link;
  }

  /**
   * Opens a channel in a slot that the caller has taken. Undefined when no sh answers on it, or the server takes no
   * further channel: commands then go through channels of their own.
   */
  static async open(link: SshLink): Promise<CommandChannel | undefined> {
    const made = new CommandChannel(link);
    try {
      await link.execInReserve("exec sh", false, (channel) => made.#attach(channel));
    } catch {
      link.slots.shrink();
      link.slots.release();
      return undefined;
    }
    if (await made.#becomesReady()) return made;
    made.close();
    return undefined;
  }

  get isBusy(): boolean {
    return this.#exchange.isBusy;
  }

  /** False when it has been closed, or when bytes came that belong to no command: then nothing on it can be trusted. */
  get isUsable(): boolean {
    return this.#exchange.distrust === undefined;
  }

  /** Starts a command. The channel has to be idle and usable. */
  start(frame: Frame, sinks: ProcessSinks): Process {
    const id = newMarker();
    const ended = this.#exchange.expect(id, sinks, parseReport);
    this.#channel?.write(frame(id));
    return {
      ended,
      signal: async (signal) => {
        // The shell dies with the command: a new channel is cheaper than a process group for every command.
        this.#exchange.distrustFor("its command was ended");
        if (this.#sessionId !== undefined) await endRemoteSession(this.#link, this.#sessionId, signal);
        this.close();
      },
      // Commands with input or streams never come here.
      write: async () => {},
      endInput: () => {},
      pause: () => {},
      resume: () => {},
    };
  }

  /** Ends the shell by closing its input. */
  close(): void {
    this.#exchange.distrustFor("the channel was closed");
    this.#channel?.end();
    this.#channel?.close();
  }

  #attach(channel: ClientChannel): void {
    this.#channel = channel;
    channel.on("data", (chunk: Buffer) => this.#exchange.take("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => this.#exchange.take("stderr", chunk));
    let died: Ending | undefined;
    channel.once("exit", (exitCode: number | null, signal?: string) => {
      this.#exchange.distrustFor("the shell ended");
      // A command may end its own shell, as `kill 0` does.
      if (exitCode === null) died = { kind: "signalled", signal: signalName(signal) };
    });
    const lose = (reason: string) => {
      this.#exchange.distrustFor(reason);
      this.#exchange.breakOff(died ?? { kind: "connection-lost", reason: this.#link.lostReason ?? reason });
    };
    channel.once("close", () => {
      this.#link.slots.release();
      lose("the shell of the command channel ended");
    });
    void this.#link.lost.then(lose);
  }

  async #becomesReady(): Promise<boolean> {
    const marker = newMarker();
    const nowhere: ProcessSinks = { onStdout: () => {}, onStderr: () => {} };
    const ended = this.#exchange.expect(marker, nowhere, (report) => {
      this.#sessionId = Number.parseInt(report, 10);
      return { kind: "exited", exitCode: 0 };
    });
    const timer = setTimeout(() => {
      this.#exchange.breakOff({ kind: "connection-lost", reason: `no answer within ${readyTimeoutMs / 1000} s` });
    }, readyTimeoutMs);
    this.#channel?.write(bootstrapScript(marker));
    const ending = await ended;
    clearTimeout(timer);
    return ending.kind === "exited";
  }
}
