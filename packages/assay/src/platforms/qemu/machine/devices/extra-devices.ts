import { InheritedFd, type MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** QEMU's name for the connection to the daemon of a folder over virtiofs, whose device is plugged in later. */
export const VIRTIOFS_LINE = "virtiofs-line";

/** Devices that only machines have that were asked for them. */
export function extraDevices({ generationId, hardware, hasVirtiofs }: MachineSpec): string[] {
  const { cdrom, extraArguments = [], hasVsock, share } = hardware;
  return [
    ...(cdrom === undefined ? [] : disc(cdrom)),
    ...(hasVsock === true ? ["-device", `vhost-vsock-pci,id=vsock0,guest-cid=${vsockAddress(generationId)}`] : []),
    ...(share === undefined
      ? []
      : [
          // Owners and modes of the guest's files are tried, and kept where assay's own user may set them.
          ...["-fsdev", `local,id=share0,path=${escaped(share.path)},security_model=none${readOnly(share.isReadOnly)}`],
          ...["-device", `virtio-9p-pci,id=share0,fsdev=share0,mount_tag=${share.tag}`],
        ]),
    ...(hasVirtiofs ? ["-chardev", `socket,id=${VIRTIOFS_LINE},fd=${InheritedFd.virtiofs}`] : []),
    ...extraArguments,
  ];
}

/** Both boards have this place. */
function disc(path: string): string[] {
  const node = { driver: "raw", "node-name": "cdrom0", "read-only": true, file: { driver: "file", filename: path } };
  return ["-blockdev", JSON.stringify(node), "-device", "ide-cd,id=cdrom0,bus=ide.1,drive=cdrom0"];
}

const readOnly = (isReadOnly: boolean): string => (isReadOnly ? ",readonly=on" : "");

/** All machines of a host need different ones; 0 to 2 have a meaning of their own (vsock(7)). */
function vsockAddress(generationId: string): number {
  return 3 + Number.parseInt(generationId.slice(0, 7), 16);
}
