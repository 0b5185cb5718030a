import { availableParallelism } from "node:os";
import { freeMemoryMb } from "../../host/free-memory.ts";
import type { HostCost } from "../../platforms/platform.ts";
import type { HostLimit } from "./host-limit.ts";

export interface HostCapacityOptions {
  readonly limit: HostLimit;
  /** Called once, when work waits for room for the first time. */
  readonly onWait: (text: string) => void;
  /** Memory that is free now, in MiB. Default: of this host. */
  readonly freeMb?: () => number;
  /** Default: processors this process may use. */
  readonly cores?: number;
}

/** The rest is for the host itself, and for what other programs take meanwhile. */
const USABLE_PART = 0.8;
/** A machine has touched most of what it will after this time; until then its memory still looks free. */
const SETTLES_MS = 30_000;
/** No system tells when other programs have given memory back. */
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 30_000;

interface Waiter {
  readonly cost: HostCost;
  readonly grant: (room: Disposable) => void;
}

/**
 * What environments take of this host, over all combinations of a run. Served in the order of asking. One environment
 * is always let through, so that a run comes to its end on any host. Other processes, other runs among them, count as
 * far as free memory tells of them.
 */
export class HostCapacity {
  readonly #options: HostCapacityOptions;
  readonly #freeMb: () => number;
  #limit: { readonly memoryMb: number; readonly cpus: number } | undefined;
  readonly #held = new Set<{ readonly cost: HostCost; readonly sinceMs: number }>();
  #usedMb = 0;
  #usedCpus = 0;
  readonly #waiting: Waiter[] = [];
  #look: NodeJS.Timeout | undefined;
  #lookMs = FIRST_LOOK_MS;
  #hasTold = false;

  constructor(options: HostCapacityOptions) {
    this.#options = options;
    this.#freeMb = options.freeMb ?? freeMemoryMb;
  }

  /** Room that is given back when it is disposed of; undefined when there is none now or others wait for it. */
  tryTake(cost: HostCost | undefined): Disposable | undefined {
    if (cost === undefined || this.#options.limit === "off") return FREE;
    return this.#waiting.length === 0 && this.#fits(cost) ? this.#hold(cost) : undefined;
  }

  /** Waits for room. Throws the signal's reason when it aborts first. */
  async take(cost: HostCost | undefined, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const room = this.tryTake(cost);
    if (room !== undefined || cost === undefined) return room ?? FREE;
    this.#tell(cost);
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiter: Waiter = { cost, grant: resolve };
    const abort = (): void => {
      const place = this.#waiting.indexOf(waiter);
      // It was served in this very moment; the room is its to give back.
      if (place === -1) return;
      this.#waiting.splice(place, 1);
      reject(signal.reason);
      this.#serve();
    };
    this.#waiting.push(waiter);
    this.#serve();
    signal.addEventListener("abort", abort, { once: true });
    return await promise.finally(() => signal.removeEventListener("abort", abort));
  }

  #bounds(): { readonly memoryMb: number; readonly cpus: number } {
    const { limit, cores = availableParallelism() } = this.#options;
    this.#limit ??=
      typeof limit === "object"
        ? limit
        : // Guests wait for their disks and networks now and then: one more than there are processors keeps these busy.
          { memoryMb: Math.floor(this.#freeMb() * USABLE_PART), cpus: cores + 1 };
    return this.#limit;
  }

  #fits(cost: HostCost): boolean {
    if (this.#held.size === 0) return true;
    const { memoryMb, cpus } = this.#bounds();
    if (this.#usedMb + cost.memoryMb > memoryMb || this.#usedCpus + cost.cpus > cpus) return false;
    return typeof this.#options.limit === "object" || this.#promisedMb() + cost.memoryMb <= this.#freeMb();
  }

  /** Memory of what has only begun, which still looks free. */
  #promisedMb(): number {
    const settledMs = performance.now() - SETTLES_MS;
    let promisedMb = 0;
    for (const { cost, sinceMs } of this.#held) if (sinceMs > settledMs) promisedMb += cost.memoryMb;
    return promisedMb;
  }

  #hold(cost: HostCost): Disposable {
    this.#bounds();
    const held = { cost, sinceMs: performance.now() };
    this.#held.add(held);
    this.#usedMb += cost.memoryMb;
    this.#usedCpus += cost.cpus;
    return {
      [Symbol.dispose]: () => {
        if (!this.#held.delete(held)) return;
        this.#usedMb -= cost.memoryMb;
        this.#usedCpus -= cost.cpus;
        this.#serve();
      },
    };
  }

  #serve(): void {
    clearTimeout(this.#look);
    this.#look = undefined;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.cost); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#lookMs = FIRST_LOOK_MS;
      next.grant(this.#hold(next.cost));
    }
    if (this.#waiting.length === 0) return;
    this.#look = setTimeout(() => this.#serve(), this.#lookMs);
    this.#lookMs = Math.min(this.#lookMs * 2, LAST_LOOK_MS);
  }

  #tell(cost: HostCost): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const { memoryMb, cpus } = this.#bounds();
    this.#options.onWait(
      `Fewer environments than the runbook wants are made at a time, so that this host carries them: one takes ${inWords(cost)}, and all together may take ${inWords({ memoryMb, cpus })}.`,
    );
  }
}

const FREE: Disposable = { [Symbol.dispose]: () => undefined };

const inWords = ({ memoryMb, cpus }: HostCost): string =>
  `${Math.round(memoryMb)} MiB of memory and ${Math.round(cpus * 100) / 100} ${cpus === 1 ? "processor" : "processors"}`;
