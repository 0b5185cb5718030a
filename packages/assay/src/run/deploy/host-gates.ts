import type { EventBody } from "../../events/types.ts";
import type { HostHealth } from "../../platforms/platform.ts";
import type { CircuitSettings } from "../health/circuit.ts";
import { HealthGate, type Pass } from "../health/health-gate.ts";

/** The machines of a pool, each with a health of its own. */
export class HostGates implements HostHealth {
  readonly #settings: CircuitSettings;
  readonly #emit: (event: EventBody) => void;
  readonly #gates = new Map<string, HealthGate>();
  readonly #passes = new Map<string, Pass>();

  constructor(settings: CircuitSettings, emit: (event: EventBody) => void) {
    // A machine is asked again as long as the run goes on: it costs one attempt now and then, and may come back.
    this.#settings = { ...settings, mostProbes: Number.POSITIVE_INFINITY };
    this.#emit = emit;
  }

  admits(host: string): boolean {
    const gate = this.#gates.get(host) ?? this.#add(host);
    const pass = gate.tryEnter();
    if (pass !== undefined) this.#passes.set(host, pass);
    return pass !== undefined;
  }

  succeeded(host: string): void {
    this.#passes.get(host)?.succeeded();
  }

  failed(host: string, message: string): void {
    this.#passes.get(host)?.failed(message);
  }

  async change(host: string, signal: AbortSignal): Promise<void> {
    await this.#gates.get(host)?.change(signal);
  }

  #add(host: string): HealthGate {
    const gate = new HealthGate({ name: `host '${host}'`, settings: this.#settings, emit: this.#emit });
    this.#gates.set(host, gate);
    return gate;
  }
}
