import type { EnvironmentRequirement } from "../platform.ts";
import { hardwareRefusal } from "./hardware-refusal.ts";
import type { Capacity } from "./host/capacity.ts";
import type { HostOffer } from "./host/host-offer.ts";
import { protectionRefusal } from "./host/security.ts";
import type { MachineShape } from "./machine/machine.ts";
import { machineShapes, type UsualShape } from "./machine-shapes.ts";
import { queuesRefusal } from "./nics/wanted-nics.ts";
import { requirementRefusal, sizeRefusal, unnested } from "./requirement-refusal.ts";
import { folderRefusal } from "./virtiofs/folder-refusal.ts";

/**
 * Why this host cannot serve `requirement` with QEMU; `usual` is what every guest gets that is asked for no other. Without an
 * `offer` nothing is said of hardware that not every host has.
 */
export function qemuRefusal(
  requirement: EnvironmentRequirement,
  capacity: Capacity,
  usual: UsualShape,
  offer?: HostOffer,
): string | undefined {
  const shapes = machineShapes(requirement, usual);
  return (
    requirementRefusal(requirement, shapes, usual, "the QEMU platform") ??
    sizeRefusal(shapes, usual, capacity, "this host") ??
    (offer === undefined
      ? undefined
      : (unprotected(shapes, offer) ??
        hardwareRefusal(shapes, offer) ??
        folderRefusal(requirement, shapes, offer) ??
        queuesRefusal(requirement, offer.tapObstacle) ??
        unnested(requirement, shapes, usual, offer.nesting)))
  );
}

/** Why this host cannot protect one of the machines. */
function unprotected(shapes: readonly MachineShape[], { security }: HostOffer): string | undefined {
  return shapes.map((shape) => protectionRefusal(security, shape)).find((reason) => reason !== undefined);
}
