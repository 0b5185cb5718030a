import { HostExhausted } from "../../../errors/catalogue.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { QemuSnapshot } from "../../qemu/features/snapshot.ts";
import type { DiskNames } from "../../qemu/features/snapshot-hardware.ts";
import { aliasIn } from "../disks/block-nodes.ts";
import { SYSTEM_DISK_ALIAS } from "../disks/disk-xml.ts";
import type { Domain } from "../domain/domain.ts";

/** Disks by their aliases, which stay while libvirt names their contents anew. */
const DISK_NAMES: DiskNames = {
  systemDisk: SYSTEM_DISK_ALIAS,
  nameOf: ({ node, device }) => (node.startsWith("libvirt-pflash") ? undefined : (aliasIn(device) ?? node)),
};

/**
 * Snapshots by QEMU itself, within the machine's disks: libvirt 9 takes none of a running machine with UEFI, and goes back
 * to none that has its files elsewhere.
 */
export function domainSnapshot({ pool, power, qmp }: Domain, shell: Shell): QemuSnapshot {
  return new QemuSnapshot(
    {
      ...{ qmp, disks: DISK_NAMES },
      async needRoom(bytes, what) {
        const free = await pool.availableBytes();
        if (free > bytes) return;
        throw new HostExhausted(`The storage pool '${pool.name}' has no room for ${what}.`, {
          help: "Free disk space on libvirt's host, or set 'storage' under 'platform.libvirt' to a larger pool.",
        });
      },
      makePresent: async (limits) => {
        if ((await power.status(limits)) === "off") await power.start(limits);
      },
    },
    shell,
  );
}
