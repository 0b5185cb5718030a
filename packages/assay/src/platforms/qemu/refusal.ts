import type { EnvironmentRequirement } from "../platform.ts";
import type { Capacity } from "./host/capacity.ts";
import { QEMU_FEATURES, QEMU_SHARED_FEATURES } from "./machine-features.ts";
import { machineShapes, type UsualShape } from "./machine-shapes.ts";
import { unknownProtection } from "./protection.ts";

/** All of them are alive at the same time on one host. */
const MOST_MACHINES = 8;

/** Why this host cannot serve `requirement` with QEMU; `usual` is what every guest gets that is asked for no other. */
export function qemuRefusal(
  requirement: EnvironmentRequirement,
  capacity: Capacity,
  usual: UsualShape,
): string | undefined {
  const { nodeCount, features } = requirement;
  if (nodeCount > MOST_MACHINES) {
    return `it needs ${nodeCount} nodes; the QEMU platform gives at most ${MOST_MACHINES} that belong together.`;
  }
  const given = nodeCount === 1 ? QEMU_FEATURES : [...QEMU_FEATURES, ...QEMU_SHARED_FEATURES];
  const missing = features.filter((name) => !given.includes(name));
  if (missing.length > 0) {
    const isForSeveral = nodeCount === 1 && missing.every((name) => QEMU_SHARED_FEATURES.includes(name));
    const whom = isForSeveral ? " to one node alone" : "";
    return `it needs the feature '${missing.join("', '")}', which the QEMU platform does not give${whom}.`;
  }
  const unmet = unknownProtectionOf(requirement);
  if (unmet !== undefined) return unmet;
  const shapes = machineShapes(requirement, usual);
  const mostMb = Math.floor(capacity.totalMb * 0.8);
  const memoryMb = shapes.reduce((sum, shape) => sum + shape.memoryMb, 0);
  if (memoryMb > mostMb) return `it needs ${memoryMb} MB of memory; this host can give ${mostMb}.`;
  // More guest processors than the host has only slow each other down.
  const cores = Math.max(...shapes.map((shape) => shape.cores));
  if (cores > Math.max(capacity.cores, usual.cores)) {
    return `it needs ${cores} processors; this host has ${capacity.cores}.`;
  }
  return undefined;
}

/** The first protection that a node asks for and no machine has. */
function unknownProtectionOf({ nodes = [] }: EnvironmentRequirement): string | undefined {
  return nodes.map(({ features }) => unknownProtection(features)).find((reason) => reason !== undefined);
}
