import type { GuestPanic, Panic, PanicOptions } from "../../../features/panic.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { QmpClient, QmpEvent } from "../machine/qmp-client.ts";
import { EventQueue } from "./event-queue.ts";
import { runAsRoot } from "./guest-script.ts";

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
    // Kernels have pvpanic as a module; images load it by its ACPI name, or not at all. The crash comes when the answer is
    // out: a command that a dead guest never answers would hold up all that comes after.
    const script = sh`modprobe -q pvpanic-mmio || modprobe -q pvpanic || true; sync
( sleep 1; echo c > /proc/sysrq-trigger ) </dev/null >/dev/null 2>&1 &`;
    await runAsRoot(this.#shell, { what: "Crashing the kernel", script, signal, timeoutMs });
    return await this.#queue.next("The guest's kernel was crashed and told of no panic", { signal, timeoutMs });
  }
}

function panicOf({ event, data }: QmpEvent): GuestPanic | undefined {
  if (event !== "GUEST_PANICKED" && event !== "GUEST_CRASHLOADED") return undefined;
  const kind = event === "GUEST_PANICKED" ? "panicked" : "crash-loaded";
  const facts = Object.entries(data.info ?? {}).filter(([, value]) => isPlain(value));
  return { kind, facts: Object.fromEntries(facts) };
}

const isPlain = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";
