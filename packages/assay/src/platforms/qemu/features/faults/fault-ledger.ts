import { UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";

type Revert = () => Promise<void>;

/** The faults that are in force on one machine, and how each of them ends. */
export class FaultLedger {
  readonly #inForce = new Map<string, { readonly fault: Fault; readonly revert: Revert }>();
  #count = 0;

  /** Brings a fault about with `inject`, which gives the way back. Throws UsageError when `target` has one of its kind. */
  async begin(kind: string, target: string, inject: () => Promise<Revert>): Promise<Fault> {
    if (this.list().some((fault) => fault.kind === kind && fault.target === target)) {
      throw new UsageError(`'${kind}' is in force on '${target}' already.`, {
        help: "Revert the fault before another of its kind.",
      });
    }
    const fault: Fault = { id: `fault-${++this.#count}`, kind, target };
    const entry: { readonly fault: Fault; revert: Revert } = { fault, revert: async () => undefined };
    // Taken before the work begins, so that two at once cannot both have the place.
    this.#inForce.set(fault.id, entry);
    try {
      entry.revert = await inject();
      return fault;
    } catch (error) {
      this.#inForce.delete(fault.id);
      throw error;
    }
  }

  /** The oldest first. */
  list(): readonly Fault[] {
    return [...this.#inForce.values()].map(({ fault }) => fault);
  }

  /** Ends a fault. It stays in force when the way back fails. */
  async revert(id: string): Promise<void> {
    const entry = this.#inForce.get(id);
    if (entry === undefined) return;
    await entry.revert();
    this.#inForce.delete(id);
  }

  /** Strikes out all faults of these kinds without a way back. */
  forget(kinds: readonly string[]): void {
    for (const { id, kind } of this.list()) if (kinds.includes(kind)) this.#inForce.delete(id);
  }

  /** Ends all faults, the youngest first, and throws the first failure when all were tried. */
  async revertAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { id } of this.list().toReversed()) {
      try {
        await this.revert(id);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
