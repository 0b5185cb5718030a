import { randomBytes } from "node:crypto";
import type { ClientChannel } from "ssh2";
import type { Ending, Process, ProcessSinks } from "../../process.ts";
import { endRemoteSession, signalName } from "../channel-process.ts";
import { MarkedStream } from "../marked-stream.ts";
import type { SshLink } from "../ssh-link.ts";
import { bootstrapScript } from "./bootstrap.ts";
import { type Frame, parseReport } from "./frame.ts";

/** How long the shell may take to come up; the start-up files of the login shell run in it. */
const readyTimeoutMs = 20_000;

interface CommandInFlight {
  readonly stdout: MarkedStream;
  readonly stderr: MarkedStream;
  readonly end: (ending: Ending) => void;
  readonly ended: Promise<Ending>;
}

/**
 * One plain `sh` that lives as long as its SSH channel and runs one command after the other, which saves the server a
 * process, a login shell and its start-up files for each of them.
 */
export class CommandChannel {
  readonly #link: SshLink;
  #channel: ClientChannel | undefined;
  #sessionId: number | undefined;
  #inFlight: CommandInFlight | undefined;
  #isBroken = false;

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
    this.#channel?.write(frame(id));
    return {
      ended,
      signal: async (signal) => {
        // The shell dies with the command: a new channel is cheaper than a process group for every command.
        this.#isBroken = true;
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
    this.#isBroken = true;
    this.#channel?.end();
    this.#channel?.close();
  }

  #attach(channel: ClientChannel): void {
    this.#channel = channel;
    channel.on("data", (chunk: Buffer) => this.#take("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => this.#take("stderr", chunk));
    let died: Ending | undefined;
    channel.once("exit", (exitCode: number | null, signal?: string) => {
      this.#isBroken = true;
      // A command may end its own shell, as `kill 0` does.
      if (exitCode === null) died = { kind: "signalled", signal: signalName(signal) };
    });
    const lose = (reason: string) => {
      this.#isBroken = true;
      this.#inFlight?.stdout.end();
      this.#inFlight?.stderr.end();
      this.#finish(died ?? { kind: "connection-lost", reason: this.#link.lostReason ?? reason });
    };
    channel.once("close", () => {
      this.#link.slots.release();
      lose("the shell of the command channel ended");
    });
    void this.#link.lost.then(lose);
  }

  async #becomesReady(): Promise<boolean> {
    const marker = newId();
    const nowhere: ProcessSinks = { onStdout: () => {}, onStderr: () => {} };
    const { ended } = this.#expect(marker, nowhere, (report) => {
      this.#sessionId = Number.parseInt(report, 10);
      return { kind: "exited", exitCode: 0 };
    });
    const timer = setTimeout(() => {
      this.#finish({ kind: "connection-lost", reason: `no answer within ${readyTimeoutMs / 1000} s` });
    }, readyTimeoutMs);
    this.#channel?.write(bootstrapScript(marker));
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
