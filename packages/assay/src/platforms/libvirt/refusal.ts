import type { EnvironmentRequirement } from "../platform.ts";
import { boardOf } from "../qemu/hardware.ts";
import { hardwareRefusal } from "../qemu/hardware-refusal.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import { machineShapes, type UsualShape } from "../qemu/machine-shapes.ts";
import { queuesRefusal } from "../qemu/nics/wanted-nics.ts";
import { requirementRefusal, sizeRefusal, unnested } from "../qemu/requirement-refusal.ts";
import { processorInWords } from "./domain/processor-words.ts";
import type { HostFacts } from "./host.ts";

type UsualDomain = UsualShape & { readonly isHere: boolean };

/** Where it runs, taps are made, and descriptors of them go over sockets. */
const NO_TAPS = "libvirt's machines are on another host, where assay makes none";

/** Why the platform cannot serve `requirement`; `host` is undefined while nobody has asked libvirt what it has. */
export function libvirtRefusal(
  requirement: EnvironmentRequirement,
  usual: UsualDomain,
  host: Omit<HostFacts, "version"> | undefined,
): string | undefined {
  const { nodeCount } = requirement;
  if (nodeCount > 1 && !usual.isHere) {
    return `it needs ${nodeCount} nodes; on another host than this the platform 'libvirt' gives one.`;
  }
  const shapes = machineShapes(requirement, usual);
  const first = (why: (shape: MachineShape) => string | undefined) => shapes.map(why).find(Boolean);
  const unfit =
    requirementRefusal(requirement, shapes, usual, "the platform 'libvirt'") ??
    queuesRefusal(requirement, usual.isHere ? host?.offer?.tapObstacle : NO_TAPS) ??
    first((shape) => unsaid(shape, usual));
  if (unfit !== undefined || host === undefined) return unfit;
  const { cores, memoryMb: totalMb, offer } = host;
  return (
    first((shape) => unknownTo(host, shape)) ??
    sizeRefusal(shapes, usual, { cores, totalMb }, "the host of libvirt") ??
    (offer === undefined ? undefined : hardwareRefusal(shapes, offer)) ??
    unnested(requirement, shapes, usual, host.nesting)
  );
}

/** What libvirt has no words for, wherever it is. */
function unsaid({ hardware = {}, isSecureBoot, virtiofs }: MachineShape, { isHere }: UsualDomain): string | undefined {
  const { cpu, diskBus, machineType, share } = hardware;
  const board = boardOf(machineType);
  if (board !== "q35" && board !== "pc") {
    return `it needs the machine type '${machineType}'; machines of libvirt are q35 or pc here.`;
  }
  if (isSecureBoot === true && board === "pc") return "it needs Secure Boot, for which 'machine_type' has to be q35.";
  if (diskBus === "nvme")
    return "it needs the system's disk on NVMe, and libvirt's versions in use know no such disks.";
  const { unknown } = processorInWords(cpu ?? "");
  if (unknown.length > 0) {
    return `it needs the processor '${cpu}', and libvirt has no words for '${unknown.join("', '")}' of it.`;
  }
  if (virtiofs !== undefined) {
    return "it needs a folder over virtiofs, and the platform 'libvirt' shares folders over 9p: leave 'driver' out of 'share'.";
  }
  return share !== undefined && !isHere
    ? `it needs the folder '${share.path}' of this machine, and libvirt's machines are on another host.`
    : undefined;
}

/** What that host's libvirt does not have. */
function unknownTo(
  { hasTpm, processors }: Pick<HostFacts, "hasTpm" | "processors">,
  { hardware = {}, hasTpm: needsTpm }: MachineShape,
): string | undefined {
  if (needsTpm === true && !hasTpm) {
    return "it needs a TPM, for which libvirt's host takes swtpm: install it there with 'apt-get install swtpm-tools'.";
  }
  const { name } = processorInWords(hardware.cpu ?? "max");
  return ["max", "host", ...processors].includes(name)
    ? undefined
    : `it needs the processor '${name}', which libvirt does not know: 'virsh domcapabilities' lists them.`;
}
