import { setTimeout as delay } from "node:timers/promises";
import { TimedOut, UsageError } from "../../../errors/catalogue.ts";
import type { GuestMemory, MemoryPressure, PressureOptions } from "../../../features/memory-pressure.ts";
import { Guard } from "../machine/guards.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const MIB = 1 << 20;
const LEAST_MB = 64;
const BALLOON = `/machine/peripheral/${Guard.balloon}`;

/** The balloon device, whose pages QEMU gives back to the host: the machine's memory must be its own file, or none. */
export class QemuMemoryPressure implements MemoryPressure {
  readonly featureName = "MemoryPressure";
  readonly #qmp: QmpClient;

  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
  }

  async shrink(memoryMb: number, options: PressureOptions = {}): Promise<void> {
    const mostMb = (await this.#size()) / MIB;
    if (!(Number.isInteger(memoryMb) && memoryMb >= LEAST_MB && memoryMb <= mostMb)) {
      throw new UsageError(`The guest cannot be left ${memoryMb} MiB of memory.`, {
        help: `Give whole MiB from ${LEAST_MB} to ${mostMb}.`,
      });
    }
    await this.#inflateTo(memoryMb * MIB, options);
  }

  async release(options: PressureOptions = {}): Promise<void> {
    await this.#inflateTo(await this.#size(), options);
  }

  async memory({ timeoutMs = DEFAULT_TIMEOUT_MS, signal }: PressureOptions = {}): Promise<GuestMemory> {
    const since = (await this.#stats())["last-update"];
    await this.#qmp.execute("qom-set", { path: BALLOON, property: "guest-stats-polling-interval", value: 1 });
    try {
      // QEMU asks the guest each second and tells nobody when it has answered.
      for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
        await delay(LOOK_MS, undefined, signal === undefined ? {} : { signal });
        const { stats, "last-update": at } = await this.#stats();
        if (at > since) return { actualMb: (await this.#actual()) / MIB, ...understood(stats) };
      }
    } finally {
      await this.#qmp.execute("qom-set", { path: BALLOON, property: "guest-stats-polling-interval", value: 0 });
    }
    throw new TimedOut(`The guest did not tell of its memory within ${timeoutMs / 1000} s.`, { help: DRIVER });
  }

  async #inflateTo(bytes: number, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: PressureOptions): Promise<void> {
    const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const there = this.#qmp.waitForEvent(
      ({ event, data }) => event === "BALLOON_CHANGE" && data.actual === bytes,
      "change of the balloon",
      limits,
    );
    there.catch(() => undefined);
    await this.#qmp.execute("balloon", { value: bytes }, limits);
    if ((await this.#actual()) === bytes) return;
    try {
      await there;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      const [has, wanted] = [await this.#actual(), bytes].map((each) => Math.round(each / MIB));
      throw new TimedOut(`The guest has ${has} MiB of memory, not ${wanted}, after ${timeoutMs / 1000} s.`, {
        help: DRIVER,
        cause: error,
      });
    }
  }

  async #actual(): Promise<number> {
    return ((await this.#qmp.execute("query-balloon")) as { actual: number }).actual;
  }

  /** All memory of the machine, that of modules too. */
  async #size(): Promise<number> {
    const size = (await this.#qmp.execute("query-memory-size-summary")) as Record<string, number | undefined>;
    return (size["base-memory"] ?? 0) + (size["plugged-memory"] ?? 0);
  }

  async #stats(): Promise<Stats> {
    return (await this.#qmp.execute("qom-get", { path: BALLOON, property: "guest-stats" })) as Stats;
  }
}

const LOOK_MS = 200;
const DRIVER = "The guest needs the module 'virtio_balloon'; a guest that is short of memory takes it back on its own.";

interface Stats {
  /** Seconds since 1970; 0 when the guest has never answered. */
  readonly "last-update": number;
  readonly stats: Readonly<Record<string, number>>;
}

/** All ones is what the device says of what the guest does not tell (virtio 1.2, 5.5.6.4). */
const isTold = (value: number | undefined): value is number => value !== undefined && value < Number.MAX_SAFE_INTEGER;

const NAMES: readonly (readonly [keyof GuestMemory, string, number])[] = [
  ["totalMb", "stat-total-memory", MIB],
  ["freeMb", "stat-free-memory", MIB],
  ["availableMb", "stat-available-memory", MIB],
  ["diskCachesMb", "stat-disk-caches", MIB],
  ["majorFaults", "stat-major-faults", 1],
  ["minorFaults", "stat-minor-faults", 1],
];

function understood(stats: Stats["stats"]): Partial<GuestMemory> {
  const told = NAMES.flatMap(([name, of, unit]) => {
    const value = stats[of];
    return isTold(value) ? [[name, Math.round(value / unit)] as const] : [];
  });
  return Object.fromEntries(told);
}
