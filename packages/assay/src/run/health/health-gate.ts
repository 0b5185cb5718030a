import type { EventBody } from "../../events/types.ts";
import {
  type Admission,
  abandoned,
  admit,
  type Circuit,
  type CircuitSettings,
  CLOSED,
  failed,
  succeeded,
} from "./circuit.ts";

export interface HealthGateOptions {
  /** What it is about, for messages: `platform 'qemu'`. */
  readonly name: string;
  readonly settings: CircuitSettings;
  readonly emit: (event: EventBody) => void;
}

/** Permission for one attempt, which has to say how it ended; only the first answer counts. */
export interface Pass {
  succeeded(): void;
  failed(message: string): void;
  /** It ended without saying anything about the health. */
  abandoned(): void;
}

/** Lets attempts through while what they need works, and one at a time while that is in doubt. */
export class HealthGate {
  readonly #options: HealthGateOptions;
  #circuit: Circuit = CLOSED;
  #changed = Promise.withResolvers<void>();
  #lastFailure = "";

  constructor(options: HealthGateOptions) {
    this.#options = options;
  }

  /** Why nothing is let through any more, a sentence; undefined while there is hope. */
  get gaveUp(): string | undefined {
    if (this.#circuit.kind !== "given-up") return undefined;
    const { name, settings } = this.#options;
    return `The ${name} was given up after ${settings.mostProbes} more attempts. The last one said: ${this.#lastFailure}`;
  }

  /** A pass, when one can be had now. */
  tryEnter(): Pass | undefined {
    const { circuit, admission } = admit(this.#circuit, performance.now());
    this.#become(circuit);
    return admission === "no" ? undefined : this.#passFor(admission);
  }

  /** Resolves when a pass may be had, or never will be. Throws the signal's reason when it aborts first. */
  async change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#circuit.kind === "closed" || this.#circuit.kind === "given-up") return;
    const waitMs = this.#circuit.kind === "open" ? this.#circuit.untilMs - performance.now() : undefined;
    const ended = Promise.withResolvers<void>();
    const abort = (): void => ended.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    // A timer may fire a fraction of a millisecond early.
    const timer = waitMs === undefined ? undefined : setTimeout(ended.resolve, Math.max(0, Math.ceil(waitMs) + 1));
    try {
      await Promise.race([this.#changed.promise, ended.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  #passFor(admission: Admission): Pass {
    let isOver = false;
    const once = (next: () => Circuit, isSilent = false): void => {
      if (!isOver) this.#become(next(), isSilent);
      isOver = true;
    };
    return {
      succeeded: () => once(() => succeeded(this.#circuit)),
      failed: (message) => {
        this.#lastFailure = message;
        once(() => failed(this.#circuit, admission, performance.now(), this.#options.settings));
      },
      // It does not say that the thing still fails, and neither do we.
      abandoned: () => once(() => abandoned(this.#circuit, admission, performance.now()), true),
    };
  }

  #become(circuit: Circuit, isSilent = false): void {
    const before = this.#circuit;
    this.#circuit = circuit;
    if (before.kind === circuit.kind) return;
    const told = tell(before, circuit, this.#options, this.#lastFailure);
    if (told !== undefined && !isSilent) {
      this.#options.emit({ type: "health-changed", what: this.#options.name, state: circuit.kind, ...told });
    }
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}

function tell(
  before: Circuit,
  circuit: Circuit,
  { name, settings }: HealthGateOptions,
  lastFailure: string,
): { readonly level: "info" | "warn" | "error"; readonly text: string } | undefined {
  switch (circuit.kind) {
    case "open": {
      const why =
        before.kind === "closed"
          ? `The ${name} failed ${settings.opensAfter} times in a row and is taken out`
          : `The ${name} still fails`;
      const seconds = Math.round(circuit.pauseMs / 100) / 10;
      return { level: "warn", text: `${why}; it is tried again after ${seconds} s. The last failure: ${lastFailure}` };
    }
    case "half-open":
      return { level: "info", text: `The ${name} is tried again with one deployment.` };
    case "closed":
      return { level: "info", text: `The ${name} works again and is back in use.` };
    case "given-up": {
      const text = `The ${name} is given up: ${settings.mostProbes} attempts to come back failed. The last failure: ${lastFailure}`;
      return { level: "error", text };
    }
  }
}
