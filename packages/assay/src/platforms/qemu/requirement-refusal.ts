import { NestedVirtualization } from "../../features/nested-virtualization.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { diskRefusal } from "./disks/wanted-disks.ts";
import { architectureRefusal } from "./features/architecture.ts";
import { coresOf, memoryOf } from "./hardware.ts";
import { hardwareOfNode } from "./hardware-settings.ts";
import type { Capacity } from "./host/capacity.ts";
import { type Nesting, nestingRefusal } from "./host/nesting.ts";
import type { MachineShape } from "./machine/machine.ts";
import { QEMU_FEATURES, QEMU_SHARED_FEATURES } from "./machine-features.ts";
import { isAllowed, ownSection, type UsualShape } from "./machine-shapes.ts";
import { nicRefusal } from "./nics/wanted-nics.ts";
import { unknownProtection } from "./protection.ts";

/** All of them are alive at the same time on one host. */
const MOST_MACHINES = 8;

/** Why no machines of QEMU of these shapes serve `requirement`, whatever host they are on; `platform` as a reason calls it. */
export function requirementRefusal(
  requirement: EnvironmentRequirement,
  shapes: readonly MachineShape[],
  usual: UsualShape,
  platform: string,
): string | undefined {
  const { nodeCount, features } = requirement;
  if (nodeCount > MOST_MACHINES) {
    return `it needs ${nodeCount} nodes; ${platform} gives at most ${MOST_MACHINES} that belong together.`;
  }
  const given = nodeCount === 1 ? QEMU_FEATURES : [...QEMU_FEATURES, ...QEMU_SHARED_FEATURES];
  const missing = features.filter((name) => !given.includes(name));
  if (missing.length > 0) {
    const isForSeveral = nodeCount === 1 && missing.every((name) => QEMU_SHARED_FEATURES.includes(name));
    const whom = isForSeveral ? " to one node alone" : "";
    return `it needs the feature '${missing.join("', '")}', which ${platform} does not give${whom}.`;
  }
  return (
    sectionProblem(requirement, usual) ??
    unknownProtectionOf(requirement) ??
    nicRefusal(requirement) ??
    diskRefusal(requirement) ??
    misfit(requirement, shapes) ??
    architectureRefusal(requirement, shapes) ??
    unsigned(shapes, usual)
  );
}

/** Why a host of that capacity cannot carry the machines; `host` as a reason calls it. */
export function sizeRefusal(
  shapes: readonly MachineShape[],
  usual: Pick<UsualShape, "cores">,
  capacity: Capacity,
  host: string,
): string | undefined {
  const mostMb = Math.floor(capacity.totalMb * 0.8);
  const memoryMb = shapes.reduce((sum, shape) => sum + shape.memoryMb, 0);
  if (memoryMb > mostMb) return `it needs ${memoryMb} MB of memory; ${host} can give ${mostMb}.`;
  // More guest processors than the host has only slow each other down.
  const cores = Math.max(...shapes.map((shape) => shape.cores));
  if (cores > Math.max(capacity.cores, usual.cores)) {
    return `it needs ${cores} processors; ${host} has ${capacity.cores}.`;
  }
  return undefined;
}

/** Where a case asks for machines inside its machines, and these cannot have some. */
export function unnested(
  { features }: EnvironmentRequirement,
  shapes: readonly MachineShape[],
  { acceleration = "auto" }: UsualShape,
  nesting: Nesting,
): string | undefined {
  if (!features.includes(NestedVirtualization.name)) return undefined;
  const accelerators = acceleration === "auto" ? (["kvm", "tcg"] as const) : [acceleration];
  const refusals = shapes.map(({ hardware = {} }) => nestingRefusal(hardware, accelerators, nesting));
  return refusals.find((refusal) => refusal !== undefined);
}

/** Where a case asks for Secure Boot and the runbook boots without a signed boot loader. */
function unsigned(shapes: readonly MachineShape[], { boot, firmware }: UsualShape): string | undefined {
  if (!shapes.some(({ isSecureBoot }) => isSecureBoot === true)) return undefined;
  if (firmware === "bios") return "it needs Secure Boot, and the runbook says 'firmware_type: bios'.";
  return boot?.kernel === undefined
    ? undefined
    : "it needs Secure Boot, and the runbook's 'kernel' is started without.";
}

/** The first protection that a node asks for and no machine has. */
function unknownProtectionOf({ nodes = [] }: EnvironmentRequirement): string | undefined {
  return nodes.map(({ features }) => unknownProtection(features)).find((reason) => reason !== undefined);
}

/** What is wrong in a node's own section of the runbook. */
function sectionProblem({ nodes = [] }: EnvironmentRequirement, usual: UsualShape): string | undefined {
  for (const node of nodes) {
    const section = ownSection(node, usual);
    const [problem] = section === undefined ? [] : hardwareOfNode(section, usual.platform).problems;
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
