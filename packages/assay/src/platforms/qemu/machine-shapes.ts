import { resolve } from "node:path";
import type { CountSpace, NodeSpace } from "../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { coresOf, type Hardware, memoryOf } from "./hardware.ts";
import { hardwareOfNode } from "./hardware-settings.ts";
import type { ProtectedShape } from "./host/security.ts";
import type { MachineShape } from "./machine/machine.ts";
import { protectionIn, protectionOf } from "./protection.ts";
import type { QemuSettings } from "./settings.ts";

/** What every machine gets where nobody asks for anything else. */
export interface UsualShape extends Pick<QemuSettings, "cores" | "memoryMb">, ProtectedShape {
  /** Whose sections of nodes count; default `qemu`. */
  readonly platform?: "qemu" | "libvirt";
  readonly firmware?: QemuSettings["firmware"];
  readonly boot?: Pick<QemuSettings["boot"], "kernel">;
  readonly hardware?: Hardware | undefined;
  /** Default `auto`. */
  readonly acceleration?: QemuSettings["acceleration"];
  /** To which paths in the hardware are relative; default the working directory. */
  readonly folder?: string | undefined;
}

/** The hardware of each machine of an environment, in the order of its nodes. */
export function machineShapes(requirement: EnvironmentRequirement, usual: UsualShape): readonly MachineShape[] {
  const { nodeCount, nodes = [], machines = [] } = requirement;
  return Array.from({ length: nodeCount }, (_, index) => {
    const { cores, memoryMb } = machines[index] ?? requirement;
    const node = nodes[index];
    const hardware = hardwareFor(node, usual);
    return {
      cores: (hardware && coresOf(hardware)) ?? numberFor(node?.coreCount, cores, usual.cores),
      memoryMb: (hardware && memoryOf(hardware)) ?? numberFor(node?.memoryMb, memoryMb, usual.memoryMb),
      ...(nodeCount > 1 ? { hasPrivateNic: true } : {}),
      ...protectionOf(node?.features, protectionIn(ownSection(node, usual), usual)),
      ...hardwareParts(hardware),
    };
  });
}

/** A machine of the usual size and hardware. */
export function usualShape(usual: UsualShape): MachineShape {
  const hardware = hardwareFor(undefined, usual);
  return {
    cores: usual.cores,
    memoryMb: usual.memoryMb,
    ...hardwareParts(hardware),
    ...protectionOf([], usual),
  };
}

/** The section that is the node's own; undefined where it has none of that platform. */
export const ownSection = (
  node: NodeSpace | undefined,
  { platform = "qemu" }: Pick<UsualShape, "platform">,
): Readonly<Record<string, unknown>> | undefined => node?.platformSections?.[platform];

/** What the node's own section says stands above what is said of all machines; undefined for the usual hardware. */
function hardwareFor(node: NodeSpace | undefined, usualShape: UsualShape): Hardware | undefined {
  const { folder = ".", hardware: usual } = usualShape;
  const own = ownSection(node, usualShape);
  const hardware = own === undefined ? usual : { ...usual, ...hardwareOfNode(own).hardware };
  if (hardware === undefined || Object.keys(hardware).length === 0) return undefined;
  const { cdrom, share } = hardware;
  return {
    ...hardware,
    ...(cdrom === undefined ? {} : { cdrom: resolve(folder, cdrom) }),
    ...(share === undefined ? {} : { share: { ...share, path: resolve(folder, share.path) } }),
  };
}

/** A folder over virtiofs makes no other machine: it comes to one that runs already. */
function hardwareParts(wanted: Hardware = {}): Pick<MachineShape, "hardware" | "virtiofs"> {
  const { share, ...rest } = wanted;
  const isLate = share?.driver === "virtiofs";
  const hardware = isLate ? rest : wanted;
  return { ...(Object.keys(hardware).length === 0 ? {} : { hardware }), ...(isLate ? { virtiofs: share } : {}) };
}

/** The usual number or more, so that machines are alike and can share a template; `least` where more is too much. */
function numberFor(space: CountSpace | undefined, least: number, usual: number): number {
  const number = Math.max(usual, least);
  return isAllowed(space, number) ? number : least;
}

/** Whether a number lies in a space. */
export function isAllowed(space: CountSpace | undefined, number: number): boolean {
  return space?.some(({ minimum, maximum }) => minimum <= number && number <= maximum) ?? true;
}
