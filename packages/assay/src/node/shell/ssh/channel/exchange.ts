import { randomBytes } from "node:crypto";
import type { Ending, ProcessSinks } from "../../process.ts";
import { MarkedStream } from "../marked-stream.ts";

interface InFlight {
  readonly stdout: MarkedStream;
  readonly stderr: MarkedStream;
  readonly end: (ending: Ending) => void;
}

/** A word that no output holds by chance and nobody else knows. */
export function newMarker(): string {
  return `assay-${randomBytes(12).toString("hex")}`;
}

/**
 * The two streams of a shell that runs one command after the other: gives the bytes in front of a command's reports to
 * that command, and its ending when both reports have come.
 */
export class Exchange {
  #inFlight: InFlight | undefined;
  #distrust: string | undefined;

  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** Why nothing on these streams can be trusted any more; undefined while all is well. */
  get distrust(): string | undefined {
    return this.#distrust;
  }

  /**
   * Makes the next bytes those of a command, until `id` has come on both streams. `read` makes an ending of what stands
   * behind the id on standard output, and gives undefined when it makes no sense.
   */
  expect(id: string, sinks: ProcessSinks, read: (report: string) => Ending | undefined): Promise<Ending> {
    const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
    let ending: Ending | undefined;
    let isStderrDone = false;
    const finishWhenBothCame = () => {
      if (ending !== undefined && isStderrDone) this.#finish(ending);
    };
    const onAfter = () => this.distrustFor("bytes came that belong to no command");
    const stdout = new MarkedStream(id, {
      onBefore: sinks.onStdout,
      onMarker: (report) => {
        ending = read(report);
        if (ending === undefined) {
          this.distrustFor(`the shell reported '${report}'`);
          ending = { kind: "connection-lost", reason: `the shell reported '${report}'` };
        }
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
    this.#inFlight = { stdout, stderr, end };
    return ended;
  }

  take(stream: "stdout" | "stderr", chunk: Uint8Array): void {
    if (this.#inFlight === undefined) this.distrustFor("bytes came that belong to no command");
    else this.#inFlight[stream].push(chunk);
  }

  distrustFor(reason: string): void {
    this.#distrust ??= reason;
  }

  /** Nothing comes any more: the running command ends with `ending` and gets what was held back. */
  breakOff(ending: Ending): void {
    this.#inFlight?.stdout.end();
    this.#inFlight?.stderr.end();
    this.#finish(ending);
  }

  #finish(ending: Ending): void {
    const inFlight = this.#inFlight;
    this.#inFlight = undefined;
    inFlight?.end(ending);
  }
}
