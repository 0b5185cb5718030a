import { NestedVirtualization } from "../../features/nested-virtualization.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { diskRefusal } from "./disks/wanted-disks.ts";
import { architectureRefusal } from "./features/architecture.ts";
import { coresOf, memoryOf } from "./hardware.ts";
import { hardwareRefusal } from "./hardware-refusal.ts";
import { hardwareOfNode } from "./hardware-settings.ts";
import type { Capacity } from "./host/capacity.ts";
import type { HostOffer } from "./host/host-offer.ts";
import { nestingRefusal } from "./host/nesting.ts";
import { protectionRefusal } from "./host/security.ts";
import type { MachineShape } from "./machine/machine.ts";
import { QEMU_FEATURES, QEMU_SHARED_FEATURES } from "./machine-features.ts";
import { isAllowed, machineShapes, type UsualShape } from "./machine-shapes.ts";
import { nicRefusal } from "./nics/wanted-nics.ts";
import { unknownProtection } from "./protection.ts";

/** All of them are alive at the same time on one host. */
const MOST_MACHINES = 8;

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
  const unmet = sectionProblem(requirement) ?? unknownProtectionOf(requirement);
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
  return (
    nicRefusal(requirement) ??
    diskRefusal(requirement) ??
    misfit(requirement, shapes) ??
    architectureRefusal(requirement, shapes) ??
    unsigned(shapes, usual) ??
    (offer === undefined ? undefined : (unmade(shapes, offer) ?? unnested(features, shapes, usual, offer)))
  );
}

/** Where a case asks for machines inside its machines. */
function unnested(
  features: readonly string[],
  shapes: readonly MachineShape[],
  { acceleration = "auto" }: UsualShape,
  { nesting }: HostOffer,
): string | undefined {
  if (!features.includes(NestedVirtualization.name)) return undefined;
  const accelerators = acceleration === "auto" ? (["kvm", "tcg"] as const) : [acceleration];
  const refusals = shapes.map(({ hardware = {} }) => nestingRefusal(hardware, accelerators, nesting));
  return refusals.find((refusal) => refusal !== undefined);
}

/** Where a case asks for Secure Boot and the runbook boots without a signed boot loader. */
export function unsigned(shapes: readonly MachineShape[], { boot, firmware }: UsualShape): string | undefined {
  if (!shapes.some(({ isSecureBoot }) => isSecureBoot === true)) return undefined;
  if (firmware === "bios") return "it needs Secure Boot, and the runbook says 'firmware_type: bios'.";
  return boot?.kernel === undefined
    ? undefined
    : "it needs Secure Boot, and the runbook's 'kernel' is started without.";
}

/** The first protection that a node asks for and no machine has. */
export function unknownProtectionOf({ nodes = [] }: EnvironmentRequirement): string | undefined {
  return nodes.map(({ features }) => unknownProtection(features)).find((reason) => reason !== undefined);
}

/** What is wrong in a node's own section of the runbook. */
function sectionProblem({ nodes = [] }: EnvironmentRequirement): string | undefined {
  for (const { platformSections } of nodes) {
    const [problem] = platformSections?.qemu === undefined ? [] : hardwareOfNode(platformSections.qemu).problems;
    if (problem !== undefined) return `its machine cannot be made: ${problem}`;
  }
  return undefined;
}

/** Where the hardware has other numbers of processors or megabytes than the case needs. */
function misfit(requirement: EnvironmentRequirement, shapes: readonly MachineShape[]): string | undefined {
  for (const [index, { cores, hardware = {}, memoryMb }] of shapes.entries()) {
    const least = requirement.machines?.[index] ?? requirement;
    const node = requirement.nodes?.[index];
    if (coresOf(hardware) !== undefined && (cores < least.cores || !isAllowed(node?.coreCount, cores))) {
      return `it needs ${least.cores} processors; 'topology' and 'numa' give its machine ${cores}.`;
    }
    if (memoryOf(hardware) !== undefined && (memoryMb < least.memoryMb || !isAllowed(node?.memoryMb, memoryMb))) {
      return `it needs ${least.memoryMb} MB of memory; 'numa' gives its machine ${memoryMb}.`;
    }
  }
  return undefined;
}

/** Why this host cannot make one of the machines, or not all of them together. */
function unmade(shapes: readonly MachineShape[], offer: HostOffer): string | undefined {
  const hugeMb = shapes.reduce((sum, { hardware, memoryMb }) => sum + (hardware?.hasHugepages ? memoryMb : 0), 0);
  for (const shape of shapes) {
    const { hardware } = shape;
    const reason =
      protectionRefusal(offer.security, shape) ?? (hardware && hardwareRefusal({ hardware, hugeMb }, offer));
    if (reason !== undefined) return reason;
  }
  return undefined;
}
