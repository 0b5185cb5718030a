import type { EnvironmentRequirement } from "../platform.ts";
import { suitsCores } from "../suits-cores.ts";
import type { Capacity } from "./host/capacity.ts";
import { QEMU_FEATURES } from "./qemu-environment.ts";

/** Why this host cannot serve `requirement` with QEMU; `cores` is what every guest gets at least. */
export function qemuRefusal(
  requirement: EnvironmentRequirement,
  capacity: Capacity,
  cores: number,
): string | undefined {
  if (requirement.nodeCount > 1) return `it needs ${requirement.nodeCount} nodes; the QEMU platform gives one.`;
  const missing = requirement.features.filter((name) => !QEMU_FEATURES.some((given) => given === name));
  if (missing.length > 0)
    return `it needs the feature '${missing.join("', '")}', which the QEMU platform does not give.`;
  const mostMb = Math.floor(capacity.totalMb * 0.8);
  if (requirement.memoryMb > mostMb)
    return `it needs ${requirement.memoryMb} MB of memory; this host can give ${mostMb}.`;
  // More guest processors than the host has only slow each other down.
  if (requirement.cores > Math.max(capacity.cores, cores)) {
    return `it needs ${requirement.cores} processors; this host has ${capacity.cores}.`;
  }
  const given = Math.max(cores, requirement.cores);
  if (!suitsCores(requirement, given)) {
    return `it needs another number of processors than the ${given} its machine would have.`;
  }
  return undefined;
}
