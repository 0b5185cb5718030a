import type { GuestPanic, Panic, PanicOptions } from "../../../features/panic.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { QmpClient, QmpEvent } from "../machine/qmp-client.ts";
import { EventQueue } from "./event-queue.ts";

const DEFAULT_TIMEOUT_MS = 120_000;

/** What the kernel tells through pvpanic, as QEMU hears it. */
export class MachinePanic implements Panic {
  readonly featureName = "Panic";
  readonly #queue: EventQueue<GuestPanic>;
  readonly #shell: Shell;

  constructor(qmp: QmpClient, shell: Shell) {
    this.#queue = new EventQueue(qmp, panicOf);
    this.#shell = shell;
  }

  follow(onPanic: (panic: GuestPanic) => void): () => void {
    return this.#queue.follow(onPanic);
  }

  async next({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: PanicOptions = {}): Promise<GuestPanic> {
    return await this.#queue.next("The guest's kernel told of no panic", { signal, timeoutMs });
  }

  async trigger({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: PanicOptions = {}): Promise<GuestPanic> {
    this.#queue.forget();
    const told = new AbortController();
    const either = signal === undefined ? told.signal : AbortSignal.any([signal, told.signal]);
    // Kernels have pvpanic as a module; images load it by its ACPI name, or not at all.
    const crash = this.#shell.run(
      sh`modprobe -q pvpanic-mmio || modprobe -q pvpanic || true; sync; echo c > /proc/sysrq-trigger`,
      { sudo: true, timeoutMs, signal: either },
    );
    // A guest that crashed answers no more; only one that refuses does.
    const refused = crash.then(async (done) => {
      if (done.outcome.kind === "exited") requireSuccess(done, this.#shell.label, signal);
      return await new Promise<never>(() => undefined);
    });
    const heard = this.#queue.next("The guest's kernel was crashed and told of no panic", {
      signal: either,
      timeoutMs,
    });
    heard.catch(() => undefined);
    try {
      return await Promise.race([heard, refused]);
    } finally {
      refused.catch(() => undefined);
      told.abort();
    }
  }
}

function panicOf({ event, data }: QmpEvent): GuestPanic | undefined {
  if (event !== "GUEST_PANICKED" && event !== "GUEST_CRASHLOADED") return undefined;
  const kind = event === "GUEST_PANICKED" ? "panicked" : "crash-loaded";
  const facts = Object.entries(data.info ?? {}).filter(([, value]) => isPlain(value));
  return { kind, facts: Object.fromEntries(facts) };
}

const isPlain = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";
