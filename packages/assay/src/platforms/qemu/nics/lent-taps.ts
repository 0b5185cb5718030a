import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";
import { type TapOrder, tapCommand } from "../host/tap-program.ts";
import { findTapWay } from "../host/tap-way.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

const MAKING_LIMIT_MS = 30_000;

/**
 * A tap of several queues and another one, joined in a network that nobody else is on, which QEMU can be given. They are
 * there as long as QEMU has them; this process has to be there only until then.
 */
export class LentTaps implements AsyncDisposable {
  readonly #qmp: QmpClient;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<unknown>;
  /** Aborted with the program's last words when it ends. */
  readonly #gone = new AbortController();

  private constructor(qmp: QmpClient, child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#qmp = qmp;
    this.#child = child;
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    // Its end is told by `close`.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      words += error.message;
    });
    this.#ended = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => {
      this.#gone.abort(new PlatformError(`No interface with several queues can be made here: ${words.trim()}`));
    });
  }

  /** Makes them. Throws PlatformError where this host cannot, TimedOut when it takes too long. */
  static async make(qmp: QmpClient, order: TapOrder, signal: AbortSignal | undefined): Promise<LentTaps> {
    const way = await findTapWay();
    if (typeof way === "string") {
      throw new PlatformError(`An interface with several queues needs a tap, and ${way}.`);
    }
    const [program, ...rest] = tapCommand(way.prefix, order);
    await using opened = new AsyncDisposableStack();
    const child = qmp.share((stream) => spawn(program, rest, { stdio: ["pipe", "pipe", "pipe", stream] }));
    const taps = opened.use(new LentTaps(qmp, child as ChildProcessByStdio<Writable, Readable, Readable>));
    const limits = [AbortSignal.timeout(MAKING_LIMIT_MS), taps.#gone.signal, ...(signal === undefined ? [] : [signal])];
    await once(child.stdout as Readable, "data", { signal: AbortSignal.any(limits) }).catch((error: unknown) => {
      throw limits.find((limit) => limit.aborted)?.reason ?? error;
    });
    opened.move();
    return taps;
  }

  /** Gives QEMU the descriptor of a queue (from 0), or that of the other tap, which has the number behind them. */
  async lend(index: number, name: string, signal: AbortSignal | undefined): Promise<void> {
    const limits = [this.#gone.signal, ...(signal === undefined ? [] : [signal])];
    await this.#qmp.execute(
      "getfd",
      { fdname: name },
      { signal: AbortSignal.any(limits), send: (line) => this.#child.stdin.write(`${index} ${line}`) },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}
