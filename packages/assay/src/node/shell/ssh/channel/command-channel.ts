import { randomBytes } from "node:crypto";
import type { Ending, Process, ProcessSinks } from "../../process.ts";
import { MarkedStream } from "../marked-stream.ts";
import { bootstrapScript } from "./bootstrap.ts";
import { type Frame, parseReport } from "./frame.ts";
import type { ShellWires } from "./shell-wires.ts";

/** How long the shell may take to come up; the start-up files of the login shell run in it. */
const readyTimeoutMs = 20_000;

interface CommandInFlight {
  readonly stdout: MarkedStream;
  readonly stderr: MarkedStream;
  readonly end: (ending: Ending) => void;
  readonly ended: Promise<Ending>;
}

/** What a command channel needs of the connection it belongs to. */
export interface ChannelHost {
  /** Resolves with the reason when the node is out of reach; never rejects. */
  readonly lost: Promise<string>;
  /** Sends `signal` to every process of a session in the node, past the channel that is busy with it. */
  endSession(sessionId: number, signal: "TERM" | "KILL"): Promise<void>;
  /** Called when a command takes long, so that a node that has died meanwhile is found out. */
  watch(): void;
}

/** A command that takes longer than this may be waiting for a node that is gone. */
const watchAfterMs = 10_000;

/**
 * One plain `sh` that runs one command after the other, which saves the node a process, a login shell and its start-up
 * files for each of them.
 */
export class CommandChannel {
  readonly #wires: ShellWires;
  readonly #host: ChannelHost;
  #sessionId: number | undefined;
  #inFlight: CommandInFlight | undefined;
  #isBroken = false;

  private constructor(wires: ShellWires, host: ChannelHost) {
    this.#wires = wires;
    this.#host = host;
    wires.stdout.on("data", (chunk: Buffer) => this.#take("stdout", chunk));
    wires.stderr.on("data", (chunk: Buffer) => this.#take("stderr", chunk));
    const lose = (ending: Ending) => {
      this.#isBroken = true;
      this.#inFlight?.stdout.end();
      this.#inFlight?.stderr.end();
      this.#finish(ending);
    };
    void wires.ended.then((ending) =>
      lose(ending ?? { kind: "connection-lost", reason: "the shell of the command channel ended" }),
    );
    void host.lost.then((reason) => lose({ kind: "connection-lost", reason }));
  }

  /** Makes a channel of a waiting `sh`. Call it in the turn in which the wires came up, or bytes are missed. */
  static attach(wires: ShellWires, host: ChannelHost): CommandChannel {
    return new CommandChannel(wires, host);
  }

  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** False when it has been closed, or when bytes came that belong to no command: then nothing on it can be trusted. */
  get isUsable(): boolean {
    return !this.#isBroken;
  }

  /** Starts a command. The channel has to be idle and usable. */
  start(frame: Frame, sinks: ProcessSinks): Process {
    const id = newId();
    const { ended } = this.#expect(id, sinks, (report) => parseReport(report));
    this.#wires.write(frame(id));
    const timer = setTimeout(() => this.#host.watch(), watchAfterMs);
    void ended.then(() => clearTimeout(timer));
    return {
      ended,
      signal: async (signal) => {
        // The shell dies with the command: a new channel is cheaper than a process group for every command.
        this.#isBroken = true;
        if (this.#sessionId !== undefined) await this.#host.endSession(this.#sessionId, signal);
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
    this.#isBroken = true;
    this.#wires.close();
  }

  /** Sets the shell up. False when no sh answers: commands then go through SSH channels of their own. */
  async becomesReady(): Promise<boolean> {
    const marker = newId();
    const nowhere: ProcessSinks = { onStdout: () => {}, onStderr: () => {} };
    const { ended } = this.#expect(marker, nowhere, (report) => {
      this.#sessionId = Number.parseInt(report, 10);
      return { kind: "exited", exitCode: 0 };
    });
    const timer = setTimeout(() => {
      this.#finish({ kind: "connection-lost", reason: `no answer within ${readyTimeoutMs / 1000} s` });
    }, readyTimeoutMs);
    this.#wires.write(bootstrapScript(marker));
    const ending = await ended;
    clearTimeout(timer);
    return ending.kind === "exited";
  }

  /** Makes the next bytes those of a command, until its reports have come on both streams. */
  #expect(id: string, sinks: ProcessSinks, read: (report: string) => Ending | undefined): CommandInFlight {
    const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
    let ending: Ending | undefined;
    let isStderrDone = false;
    const finishWhenBothCame = () => {
      if (ending !== undefined && isStderrDone) this.#finish(ending);
    };
    const onAfter = () => {
      this.#isBroken = true;
    };
    const stdout = new MarkedStream(id, {
      onBefore: sinks.onStdout,
      onMarker: (report) => {
        ending = read(report);
        if (ending === undefined) this.#isBroken = true;
        ending ??= { kind: "connection-lost", reason: `the shell reported '${report}'` };
        finishWhenBothCame();
      },
      onAfter,
    });
    const stderr = new MarkedStream(id, {
      onBefore: sinks.onStderr,
      onMarker: () => {
        isStderrDone = true;
        finishWhenBothCame();
      },
      onAfter,
    });
    this.#inFlight = { stdout, stderr, end, ended };
    return this.#inFlight;
  }

  #take(stream: "stdout" | "stderr", chunk: Buffer): void {
    if (this.#inFlight === undefined) this.#isBroken = true;
    else this.#inFlight[stream].push(chunk);
  }

  #finish(ending: Ending): void {
    const inFlight = this.#inFlight;
    this.#inFlight = undefined;
    inFlight?.end(ending);
  }
}

function newId(): string {
  return `assay-${randomBytes(12).toString("hex")}`;
}
