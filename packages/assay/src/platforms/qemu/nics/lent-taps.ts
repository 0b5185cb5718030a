import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import { type TapOrder, tapCommand } from "../host/tap-program.ts";
import { findTapWay } from "../host/tap-way.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

/** Who is to get the taps. */
export interface Borrower {
  readonly qmp: QmpClient;
  /** Gives QEMU a descriptor, where that does not go over the monitor's own connection; see {@link tapCommand}. */
  readonly sender?: readonly string[] | undefined;
}

const ANSWER_LIMIT_MS = 30_000;

/**
 * A tap of several queues and another one, joined in a network that nobody else is on, which QEMU can be given. They are
 * there as long as QEMU has them; this process has to be there only until then.
 */
export class LentTaps implements AsyncDisposable {
  readonly #borrower: Borrower;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: Interface;
  readonly #ended: Promise<unknown>;
  /** Aborted with the program's last words when it ends. */
  readonly #gone = new AbortController();

  private constructor(borrower: Borrower, child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#borrower = borrower;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
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
  static async make(borrower: Borrower, order: TapOrder, signal: AbortSignal | undefined): Promise<LentTaps> {
    const way = await findTapWay();
    if (typeof way === "string") {
      throw new PlatformError(`An interface with several queues needs a tap, and ${way}.`);
    }
    const { qmp, sender } = borrower;
    const [program, ...rest] = tapCommand(way.prefix, order, sender);
    await using opened = new AsyncDisposableStack();
    const child =
      sender === undefined
        ? qmp.share((monitor) => spawn(program, rest, { stdio: ["pipe", "pipe", "pipe", monitor] }))
        : spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
    const taps = opened.use(new LentTaps(borrower, child as ChildProcessByStdio<Writable, Readable, Readable>));
    await taps.#nextLine(signal);
    opened.move();
    return taps;
  }

  /** Gives QEMU the descriptor of a queue (from 0), or that of the other tap, which has the number behind them. */
  async lend(index: number, name: string, signal: AbortSignal | undefined): Promise<void> {
    const { qmp, sender } = this.#borrower;
    const send = (line: string) => this.#child.stdin.write(`${index} ${line}`);
    if (sender === undefined) {
      await qmp.execute("getfd", { fdname: name }, { signal: this.#until(signal), send });
      return;
    }
    const answer = this.#nextLine(signal);
    send(`${JSON.stringify({ execute: "getfd", arguments: { fdname: name } })}\n`);
    const { error } = JSON.parse(await answer) as { readonly error?: { readonly desc: string } };
    if (error !== undefined) throw new PlatformError(`QEMU takes no descriptor: ${error.desc}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #nextLine(signal: AbortSignal | undefined): Promise<string> {
    const until = this.#until(signal);
    const [line] = await once(this.#lines, "line", { signal: until }).catch((error: unknown) => {
      throw until.aborted && until.reason instanceof DOMException && until.reason.name === "TimeoutError"
        ? new TimedOut(`The taps for several queues are not there after ${ANSWER_LIMIT_MS / 1000} s.`, { cause: error })
        : (until.reason ?? error);
    });
    return String(line);
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    const limits = [AbortSignal.timeout(ANSWER_LIMIT_MS), this.#gone.signal];
    return AbortSignal.any(signal === undefined ? limits : [...limits, signal]);
  }
}
