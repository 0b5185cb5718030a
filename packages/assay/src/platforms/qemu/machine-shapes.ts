import type { CountSpace } from "../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import type { ProtectedShape } from "./host/security.ts";
import type { MachineShape } from "./machine/machine.ts";
import { protectionOf } from "./protection.ts";
import type { QemuSettings } from "./settings.ts";

/** What every machine gets where nobody asks for anything else. */
export interface UsualShape extends Pick<QemuSettings, "cores" | "memoryMb">, ProtectedShape {}

/** The hardware of each machine of an environment, in the order of its nodes. */
export function machineShapes(requirement: EnvironmentRequirement, usual: UsualShape): readonly MachineShape[] {
  const { nodeCount, nodes = [], machines = [] } = requirement;
  return Array.from({ length: nodeCount }, (_, index) => {
    const { cores, memoryMb } = machines[index] ?? requirement;
    const node = nodes[index];
    return {
      cores: numberFor(node?.coreCount, cores, usual.cores),
      memoryMb: numberFor(node?.memoryMb, memoryMb, usual.memoryMb),
      ...(nodeCount > 1 ? { hasPrivateNic: true } : {}),
      ...protectionOf(node?.features, usual),
    };
  });
}

/** The usual number or more, so that machines are alike and can share a template; `least` where more is too much. */
function numberFor(space: CountSpace | undefined, least: number, usual: number): number {
  const number = Math.max(usual, least);
  const isAllowed = space?.some(({ minimum, maximum }) => minimum <= number && number <= maximum) ?? true;
  return isAllowed ? number : least;
}
