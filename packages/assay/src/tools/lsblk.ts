import { sh } from "../node/shell/command.ts";
import { booleanField, isRecord, numberField, textField } from "./json-record.ts";
import { Tool } from "./tool.ts";
import { parseJson, unexpected } from "./unexpected.ts";

/** A disk, partition or device made from them. */
export interface BlockDevice {
  /** Name without folder, such as `sda1` or `vg-root`. */
  readonly name: string;
  /** Such as `/dev/sda1` or `/dev/mapper/vg-root`. */
  readonly path: string;
  /** `disk`, `part`, `lvm`, `crypt`, `raid1`, `loop`, `rom`, … */
  readonly type: string;
  readonly sizeBytes: number;
  readonly fsType: string | undefined;
  /** Where it is mounted; `[SWAP]` for active swap. Empty when it is not in use. */
  readonly mountPoints: readonly string[];
  readonly uuid: string | undefined;
  readonly partUuid: string | undefined;
  readonly label: string | undefined;
  readonly model: string | undefined;
  readonly serial: string | undefined;
  readonly isReadOnly: boolean;
  readonly isRemovable: boolean;
  /** Partitions and devices on top of this one. */
  readonly children: readonly BlockDevice[];
}

const COLUMNS = "NAME,TYPE,SIZE,FSTYPE,UUID,PARTUUID,LABEL,MODEL,SERIAL,RO,RM";
/** Block major numbers 1 (RAM disks) and 7 (loop devices) say nothing about the machine's disks. */
const EXCLUDED_MAJORS = "1,7";

/** Block devices of the guest. Source: util-linux `lsblk`, version 2.27 or newer. */
export class Lsblk extends Tool {
  /** Whole devices with what is on them, without RAM disks and loop devices. */
  async devices(): Promise<readonly BlockDevice[]> {
    // MOUNTPOINTS came with 2.37; before that MOUNTPOINT shows one of them. Root reads labels and UUIDs itself
    // where no udev database exists.
    const common = sh`lsblk --json --bytes --paths --exclude ${EXCLUDED_MAJORS}`;
    const command = sh`${common} --output ${`${COLUMNS},MOUNTPOINTS`} 2>/dev/null ||
      ${common} --output ${`${COLUMNS},MOUNTPOINT`}`;
    return parseLsblk(await this.node.text(command, { sudo: true }));
  }

  /** Only the disks. */
  async disks(): Promise<readonly BlockDevice[]> {
    return (await this.devices()).filter((device) => device.type === "disk");
  }

  /** The disk that holds the operating system; undefined when nothing on a disk is mounted at `/` or below `/boot`. */
  async osDisk(): Promise<BlockDevice | undefined> {
    return findOsDisk(await this.devices());
  }
}

/** Parses `lsblk --json --bytes --paths`. Sizes and flags were text before util-linux 2.33 and are accepted so. */
export function parseLsblk(output: string): BlockDevice[] {
  // No device at all is printed as nothing.
  if (output.trim() === "") return [];
  const document = parseJson("lsblk --json", output);
  const devices = isRecord(document) ? document.blockdevices : undefined;
  if (!Array.isArray(devices)) throw unexpected("lsblk --json", "there is no list 'blockdevices'", output);
  return devices.map((device) => blockDevice(device, output));
}

/** `devices` and everything on top of them, depth first. */
export function allDevices(devices: readonly BlockDevice[]): BlockDevice[] {
  return devices.flatMap((device) => [device, ...allDevices(device.children)]);
}

/** The device, at any depth, whose path is `path`. */
export function findDevice(devices: readonly BlockDevice[], path: string): BlockDevice | undefined {
  return allDevices(devices).find((device) => device.path === path);
}

/** The device, at any depth, that is mounted at `mountPoint`. */
export function deviceAt(devices: readonly BlockDevice[], mountPoint: string): BlockDevice | undefined {
  return allDevices(devices).find((device) => device.mountPoints.includes(mountPoint));
}

/** The whole disk under what is mounted at `mountPoint`, through partitions, volumes and encryption. */
export function diskAt(devices: readonly BlockDevice[], mountPoint: string): BlockDevice | undefined {
  return devices.find((disk) => deviceAt([disk], mountPoint) !== undefined);
}

/** The disk of `/`, or where the root is on no disk, that of `/boot` or of a mount below it. */
export function findOsDisk(devices: readonly BlockDevice[]): BlockDevice | undefined {
  const isBoot = (point: string) => point === "/boot" || point.startsWith("/boot/");
  return (
    diskAt(devices, "/") ?? devices.find((disk) => allDevices([disk]).some((device) => device.mountPoints.some(isBoot)))
  );
}

function blockDevice(value: unknown, output: string): BlockDevice {
  const path = isRecord(value) ? textField(value, "name") : undefined;
  if (!isRecord(value) || path === undefined) throw unexpected("lsblk --json", "a device has no name", output);
  const points = Array.isArray(value.mountpoints) ? value.mountpoints : [value.mountpoint];
  const children = Array.isArray(value.children) ? value.children : [];
  return {
    name: path.replace(/^\/dev\/(?:mapper\/)?/, ""),
    path,
    type: textField(value, "type") ?? "unknown",
    sizeBytes: numberField(value, "size") ?? 0,
    fsType: textField(value, "fstype"),
    mountPoints: points.filter((point): point is string => typeof point === "string" && point !== ""),
    uuid: textField(value, "uuid"),
    partUuid: textField(value, "partuuid"),
    label: textField(value, "label"),
    model: textField(value, "model")?.trim(),
    serial: textField(value, "serial")?.trim(),
    isReadOnly: booleanField(value, "ro"),
    isRemovable: booleanField(value, "rm"),
    children: children.map((child) => blockDevice(child, output)),
  };
}
