import type { EnvironmentRequirement } from "../../platform.ts";
import type { HostOffer } from "../host/host-offer.ts";
import { packageOfVirtiofsd, type VirtiofsOffer } from "../host/virtiofsd.ts";
import type { MachineShape } from "../machine/machine.ts";

/**
 * Features that a machine with a folder over virtiofs does not have, with the reason: QEMU writes no state of the device
 * (7.2 says so of `vhost-user-fs-pci`), and the guest's kernel cannot sleep with it (`virtio_fs_freeze` of Linux).
 */
const WITHOUT: ReadonlyMap<string, string> = new Map([
  ["Snapshot", "QEMU keeps no state of it"],
  ["Hibernation", "Linux cannot be suspended with it"],
]);

/** Whether a machine of that shape has a feature of that name, as far as its shared folder goes. */
export const hasBesideFolder = ({ virtiofs }: Pick<MachineShape, "virtiofs">, feature: string): boolean =>
  virtiofs === undefined || !WITHOUT.has(feature);

/**
 * Why this host cannot share the folders that machines get over virtiofs, or why they are in the way, as a sentence for
 * the reason of a skip; undefined when nothing is.
 */
export function folderRefusal(
  { features }: Pick<EnvironmentRequirement, "features">,
  shapes: readonly MachineShape[],
  { qemu, virtiofs }: Pick<HostOffer, "qemu" | "virtiofs">,
): string | undefined {
  const shares = shapes.flatMap(({ virtiofs: share }) => share ?? []);
  if (shares.length === 0) return undefined;
  for (const feature of features) {
    const why = WITHOUT.get(feature);
    if (why !== undefined)
      return `it needs the feature '${feature}', and its machine has a folder over virtiofs: ${why}.`;
  }
  if (qemu !== undefined && !qemu.devices.includes("vhost-user-fs-pci")) {
    return `it needs the device 'vhost-user-fs-pci', which this QEMU (${qemu.version}) was built without.`;
  }
  return daemonRefusal(
    shares.some(({ isReadOnly }) => isReadOnly),
    virtiofs,
    Number.parseInt(qemu?.version ?? "8", 10),
  );
}

function daemonRefusal(
  isReadOnly: boolean,
  { daemon, hasUserNamespaces, mayMount }: VirtiofsOffer,
  qemuMajor: number,
): string | undefined {
  if (daemon === undefined) {
    return `it needs virtiofsd: install it with 'apt-get install ${packageOfVirtiofsd(qemuMajor)}'.`;
  }
  const { hasReadOnly, kind, path } = daemon;
  if (kind === "c" && !mayMount) {
    return `it needs virtiofsd, and '${path}' takes all rights of root: start assay as root of the host, or take virtiofsd 1.0 or newer.`;
  }
  if (!mayMount && !hasUserNamespaces) {
    return `it needs virtiofsd, and '${path}' gets no namespace of its own here: allow user namespaces, or start assay as root.`;
  }
  if (isReadOnly && !hasReadOnly && !mayMount) {
    return `it needs a folder that is read only, for which '${path}' is too old: start assay as root, or take a newer one.`;
  }
  return undefined;
}
