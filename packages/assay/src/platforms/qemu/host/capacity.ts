import { readFile } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import type { Accelerator } from "./acceleration.ts";

/** What the host can carry. */
export interface Capacity {
  readonly cores: number;
  readonly totalMb: number;
  readonly availableMb: number;
}

export async function readCapacity(): Promise<Capacity> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const availableKb = Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1]);
  return {
    cores: availableParallelism(),
    totalMb: Math.floor(totalmem() / 1_048_576),
    availableMb: Math.floor((Number.isFinite(availableKb) ? availableKb * 1024 : freemem()) / 1_048_576),
  };
}

/** QEMU itself, its translated code and the part of the template that a guest changes; 150 MB measured, half more for busy cases. */
const OWN_MB = 225;
/** Of what a guest may use, a case touches a part; the host swaps nothing even if all of them touch half of it. */
const TOUCHED_PART = 0.5;

/**
 * How many machines of `memoryMb` may live at once: bounded by memory, and by processors, of which an emulated guest
 * that is busy takes one whole.
 */
export function maxMachines(capacity: Capacity, accelerator: Accelerator, memoryMb: number): number {
  const byMemory = Math.floor((capacity.availableMb * 0.8) / (OWN_MB + memoryMb * TOUCHED_PART));
  const byCores = accelerator === "tcg" ? capacity.cores + 1 : capacity.cores * 4;
  return Math.max(1, Math.min(byMemory, byCores));
}
