import { availableParallelism, totalmem } from "node:os";
import type { HostCost } from "../../platform.ts";
import type { MachineShape } from "../machine/machine.ts";
import type { Accelerator } from "./acceleration.ts";

/** What the host can carry. */
export interface Capacity {
  readonly cores: number;
  readonly totalMb: number;
}

export function readCapacity(): Capacity {
  return { cores: availableParallelism(), totalMb: Math.floor(totalmem() / 1_048_576) };
}

/** QEMU itself, its translated code and the part of the template that a guest changes; 150 MB measured, half more for busy cases. */
const OWN_MB = 225;
/** Of what a guest may use, a case touches a part; the host swaps nothing even if all of them touch half of it. */
const TOUCHED_PART = 0.5;

/** A guest that the processor runs itself leaves it free while it waits; an emulated one that is busy takes it whole. */
const CPU_PART = { kvm: 0.25, tcg: 1 } as const;

/** What machines take of the host while they live. */
export function costOfMachines(
  shapes: readonly Pick<MachineShape, "cores" | "memoryMb">[],
  accelerator: Accelerator,
): HostCost {
  const memoryMb = shapes.reduce((sum, shape) => sum + OWN_MB + shape.memoryMb * TOUCHED_PART, 0);
  const cores = shapes.reduce((sum, shape) => sum + shape.cores, 0);
  return { memoryMb, cpus: cores * CPU_PART[accelerator] };
}
