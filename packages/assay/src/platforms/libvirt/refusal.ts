import type { EnvironmentRequirement } from "../platform.ts";
import { diskRefusal, wantedDisks } from "../qemu/disks/wanted-disks.ts";
import { architectureRefusal } from "../qemu/features/architecture.ts";
import { machineShapes, type UsualShape } from "../qemu/machine-shapes.ts";
import { nicRefusal } from "../qemu/nics/wanted-nics.ts";
import { unknownProtectionOf, unsigned } from "../qemu/refusal.ts";
import type { HostFacts } from "./host.ts";
import { LIBVIRT_FEATURES, LIBVIRT_SHARED_FEATURES, WHY_NOT } from "./machine-features.ts";

/** All of them are alive at the same time on one host. */
const MOST_MACHINES = 8;

/** Why the platform cannot serve `requirement`; `host` is undefined while nobody has asked libvirt what it has. */
export function libvirtRefusal(
  requirement: EnvironmentRequirement,
  usual: UsualShape & { readonly isHere: boolean },
  host: Pick<HostFacts, "cores" | "memoryMb" | "hasTpm"> | undefined,
): string | undefined {
  const { features, nodeCount } = requirement;
  if (nodeCount > MOST_MACHINES) {
    return `it needs ${nodeCount} nodes; the platform 'libvirt' gives at most ${MOST_MACHINES} that belong together.`;
  }
  if (nodeCount > 1 && !usual.isHere) {
    return `it needs ${nodeCount} nodes; on another host than this the platform 'libvirt' gives one.`;
  }
  const given = nodeCount === 1 ? LIBVIRT_FEATURES : [...LIBVIRT_FEATURES, ...LIBVIRT_SHARED_FEATURES];
  const missing = features.filter((name) => !given.includes(name));
  if (missing.length > 0) {
    const reasons = missing.flatMap((name) => WHY_NOT[name] ?? []);
    const why = reasons.length === 0 ? "" : `: ${reasons.join(", ")}`;
    return `it needs the feature '${missing.join("', '")}', which the platform 'libvirt' does not give${why}.`;
  }
  const shapes = machineShapes(requirement, usual);
  const unfit =
    architectureRefusal(requirement, shapes) ??
    unknownProtectionOf(requirement) ??
    nicRefusal(requirement) ??
    diskRefusal(requirement) ??
    nvmeRefusal(requirement) ??
    unsigned(shapes, usual) ??
    (host !== undefined && !host.hasTpm && shapes.some(({ hasTpm }) => hasTpm === true)
      ? "it needs a TPM, for which libvirt's host takes swtpm: install it there with 'apt-get install swtpm-tools'."
      : undefined);
  if (unfit !== undefined || host === undefined) return unfit;
  const mostMb = Math.floor(host.memoryMb * 0.8);
  const memoryMb = shapes.reduce((sum, shape) => sum + shape.memoryMb, 0);
  if (memoryMb > mostMb) return `it needs ${memoryMb} MB of memory; the host of libvirt can give ${mostMb}.`;
  const cores = Math.max(...shapes.map((shape) => shape.cores));
  // More guest processors than the host has only slow each other down.
  if (cores > Math.max(host.cores, usual.cores)) return `it needs ${cores} processors; the host has ${host.cores}.`;
  return undefined;
}

function nvmeRefusal(requirement: EnvironmentRequirement): string | undefined {
  const disks = wantedDisks(requirement).flat();
  return disks.some(({ bus }) => bus === "nvme")
    ? "it needs NVMe disks, which the platform 'libvirt' does not give: libvirt emulates none."
    : undefined;
}
