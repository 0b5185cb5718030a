import type { Duplex } from "node:stream";
import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";

/** QEMU refused a command. `qmpClass` is its error class, such as `GenericError` or `CommandNotFound`. */
export class QmpRefused extends PlatformError {
  override readonly code = "QMP_REFUSED";
  readonly qmpClass: string;

  constructor(command: string, qmpClass: string, description: string) {
    super(`QEMU refused '${command}': ${description}`);
    this.qmpClass = qmpClass;
  }
}

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface QmpExecuteOptions {
  readonly signal?: AbortSignal;
  /** Default 30 000 ms. */
  readonly timeoutMs?: number;
}

export interface QmpCommandOptions extends QmpExecuteOptions {
  /** Sends the command, a line with its end, for this client; see {@link QmpClient.share}. */
  readonly send?: (line: string) => void;
}

export interface QmpOpenOptions extends QmpExecuteOptions {
  /** Makes what commands name reachable for QEMU. */
  readonly lender?: { tell(commandArguments: Arguments): Arguments | Promise<Arguments> } | undefined;
}

type Arguments = Readonly<Record<string, unknown>>;

interface Pending {
  readonly command: string;
  settle(outcome: { readonly value: unknown } | { readonly error: unknown }): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** The largest answer of the commands used here is some kilobytes; more means that this is no QMP socket. */
const MAX_LINE_BYTES = 8 << 20;

/**
 * Client of the QEMU Machine Protocol over a connected stream: greeting, capabilities, answers matched by id, events.
 * Everything that waits ends with PlatformError as soon as the stream is lost.
 */
export class QmpClient implements Disposable {
  readonly #stream: Duplex;
  readonly #lender: QmpOpenOptions["lender"];
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #nextId = 1;
  #rest = "";
  #greeted: (() => void) | undefined;
  #isLost = false;
  /** Resolves when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>;

  private constructor(stream: Duplex, lender: QmpOpenOptions["lender"]) {
    this.#stream = stream;
    this.#lender = lender;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const lose = () => {
      this.#isLost = true;
      for (const { command, settle } of [...this.#pending.values()]) {
        settle({ error: new PlatformError(`QEMU closed its monitor while '${command}' was waited for.`) });
      }
      resolve();
    };
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => this.#receive(text));
    // A reset is what a killed QEMU leaves behind; `close` always follows and tells the waiting.
    stream.on("error", () => undefined);
    stream.on("end", lose);
    stream.on("close", lose);
  }

  /** Waits for the greeting and enters command mode. Throws PlatformError when the stream ends, TimedOut after `timeoutMs`. */
  static async open(stream: Duplex, options: QmpOpenOptions = {}): Promise<QmpClient> {
    const client = new QmpClient(stream, options.lender);
    try {
      await client.#wait("greeting", options, (pending) => {
        client.#pending.set(0, pending);
        client.#greeted = () => pending.settle({ value: undefined });
      });
      await client.execute("qmp_capabilities", {}, options);
      return client;
    } catch (error) {
      client[Symbol.dispose]();
      throw error;
    }
  }

  /** Runs a command and gives its `return` value. Throws QmpRefused, TimedOut, or PlatformError when QEMU is gone. */
  async execute(command: string, commandArguments: Arguments = {}, options: QmpCommandOptions = {}): Promise<unknown> {
    const told = this.#lender?.tell(commandArguments) ?? commandArguments;
    // Commands keep their order unless one has to wait for its file.
    const ready = told instanceof Promise ? await told : told;
    const id = this.#nextId++;
    return await this.#wait(command, options, (pending) => {
      this.#pending.set(id, pending);
      const line = `${JSON.stringify({ execute: command, arguments: ready, id })}\n`;
      if (options.send === undefined) this.#stream.write(line);
      else options.send(line);
    });
  }

  /**
   * Starts a process that inherits the connection and can send commands over it: those that go with a descriptor, which
   * Node cannot send. Answers come here.
   */
  share<T>(start: (stream: Duplex) => T): T {
    try {
      return start(this.#stream);
    } finally {
      // Node no longer reads what a process has inherited.
      this.#stream.resume();
    }
  }

  /** Calls `listener` for every event until the returned function is called. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the first event from now on that `isWanted` accepts. */
  async waitForEvent(
    isWanted: (event: QmpEvent) => boolean,
    name: string,
    options: QmpExecuteOptions = {},
  ): Promise<QmpEvent> {
    let stopListening: (() => void) | undefined;
    const id = this.#nextId++;
    try {
      return (await this.#wait(name, options, (pending) => {
        this.#pending.set(id, pending);
        stopListening = this.onEvent((event) => {
          if (isWanted(event)) pending.settle({ value: event });
        });
      })) as QmpEvent;
    } finally {
      stopListening?.();
    }
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  async #wait(command: string, options: QmpExecuteOptions, start: (pending: Pending) => void): Promise<unknown> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    signal?.throwIfAborted();
    if (this.#isLost) throw new PlatformError(`QEMU's monitor is gone; '${command}' cannot be asked for.`);
    return await new Promise((resolve, reject) => {
      const settle: Pending["settle"] = (outcome) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        for (const [id, other] of this.#pending) if (other === pending) this.#pending.delete(id);
        if ("error" in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      const pending: Pending = { command, settle };
      const abort = () => settle({ error: signal?.reason });
      const timer = setTimeout(
        () => settle({ error: new TimedOut(`QEMU did not answer '${command}' within ${timeoutMs} ms.`) }),
        timeoutMs,
      );
      signal?.addEventListener("abort", abort, { once: true });
      start(pending);
    });
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > MAX_LINE_BYTES) this.#stream.destroy();
    for (const line of lines) if (line.trim() !== "") this.#understand(line);
  }

  #understand(line: string): void {
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(line) as Record<string, unknown>;
    } catch {
      // Not the protocol: nothing that follows can be trusted either.
      this.#stream.destroy();
      return;
    }
    if ("QMP" in message) {
      this.#greeted?.();
    } else if (typeof message.event === "string") {
      const event: QmpEvent = { event: message.event, data: (message.data ?? {}) as Record<string, unknown> };
      for (const listener of [...this.#listeners]) listener(event);
    } else if (typeof message.id === "number") {
      const pending = this.#pending.get(message.id);
      if (pending === undefined) return;
      if ("error" in message) {
        const error = message.error as { class?: string; desc?: string };
        pending.settle({
          error: new QmpRefused(pending.command, error.class ?? "GenericError", error.desc ?? "no reason given"),
        });
      } else {
        pending.settle({ value: message.return });
      }
    }
  }
}
