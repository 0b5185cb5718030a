import type { Duplex } from "node:stream";
import type { Process, ProcessSinks } from "../../../node/shell/process.ts";
import { bootstrapScript } from "../../../node/shell/ssh/channel/bootstrap.ts";
import { Exchange, newMarker } from "../../../node/shell/ssh/channel/exchange.ts";
import { type Frame, parseReport } from "../../../node/shell/ssh/channel/frame.ts";
import { MarkedStream } from "../../../node/shell/ssh/marked-stream.ts";

/**
 * A plain `sh` in the guest whose input and output are two TCP connections to QEMU itself. The connections are part of
 * the guest's state: a fork goes on with them where the template stood, without any login. Speaks the same language as
 * the command channel over SSH.
 */
export class AgentChannel {
  readonly #input: Duplex;
  readonly #exchange = new Exchange();
  #isMachineGone = false;

  /** `goneMarker` is what the guest says on the first stream when the shell has ended. */
  constructor(streams: readonly [Duplex, Duplex], goneMarker: string) {
    const [output, errors] = streams;
    this.#input = output;
    const watched = new MarkedStream(goneMarker, {
      onBefore: (chunk) => this.#exchange.take("stdout", chunk),
      onMarker: () => this.lose("the shell of the guest's agent ended"),
      onAfter: () => undefined,
    });
    output.on("data", (chunk: Buffer) => watched.push(chunk));
    errors.on("data", (chunk: Buffer) => this.#exchange.take("stderr", chunk));
    output.once("close", () => this.loseMachine("the machine's QEMU ended"));
  }

  /** True when a command can be started now. */
  get isIdle(): boolean {
    return !this.#exchange.isBusy && this.lostReason === undefined;
  }

  get lostReason(): string | undefined {
    return this.#exchange.distrust;
  }

  /** Why the guest cannot be reached until the connection is made anew; undefined when another way may work. */
  get machineLostReason(): string | undefined {
    return this.#isMachineGone ? this.lostReason : undefined;
  }

  /** Prepares the shell that has just been started in the guest. Resolves to false when none answers in time. */
  async prepare(timeoutMs: number): Promise<boolean> {
    const marker = newMarker();
    const ended = this.#exchange.expect(marker, silent, () => ({ kind: "exited", exitCode: 0 }));
    const timer = setTimeout(() => this.lose("no shell answered"), timeoutMs);
    this.#input.write(bootstrapScript(marker));
    const { kind } = await ended;
    clearTimeout(timer);
    return kind === "exited";
  }

  /** Starts a command; the channel has to be idle. `endSession` kills it and all that belongs to the shell. */
  start(frame: Frame, sinks: ProcessSinks, endSession: (signal: "TERM" | "KILL") => Promise<void>): Process {
    const id = newMarker();
    const ended = this.#exchange.expect(id, sinks, parseReport);
    this.#input.write(frame(id));
    return {
      ended,
      signal: async (signal) => {
        // The shell dies with its command, as the one of the command channel does.
        await endSession(signal);
        if (signal === "KILL") this.lose("its command was ended");
      },
      // Commands with input or streams never come here.
      write: async () => undefined,
      endInput: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    };
  }

  /** Nothing comes any more: what was running ends as lost. */
  lose(reason: string): void {
    this.#exchange.distrustFor(reason);
    this.#exchange.breakOff({ kind: "connection-lost", reason: this.lostReason ?? reason });
  }

  /** The guest was reset, powered off or ended: what was running ends as lost, and nothing else reaches it either. */
  loseMachine(reason: string): void {
    this.#isMachineGone ||= this.lostReason === undefined;
    this.lose(reason);
  }

  /** Ends the shell in the guest. */
  close(): void {
    if (this.lostReason === undefined) this.#input.write("exit\n");
    this.lose("the agent was closed");
  }
}

const silent: ProcessSinks = { onStdout: () => undefined, onStderr: () => undefined };
