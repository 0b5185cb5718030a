import { IGNITION_NAMES } from "../ignition.ts";
import type { MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** What the guest is told at its first boot: a disk for cloud-init, a configuration for Ignition, its kernel. */
export function firstBoot({ ignition, kernel, seed }: MachineSpec): string[] {
  return [
    ...(seed === undefined ? [] : seedDisk(seed)),
    ...(ignition === undefined
      ? []
      : IGNITION_NAMES.flatMap((name) => ["-fw_cfg", `name=${name},file=${escaped(ignition)}`])),
    ...(kernel === undefined
      ? []
      : [
          ...["-kernel", kernel.path],
          ...(kernel.initrd === undefined ? [] : ["-initrd", kernel.initrd]),
          ...["-append", kernel.commandLine],
        ]),
  ];
}

function seedDisk(path: string): string[] {
  const node = { driver: "raw", "node-name": "seed0", "read-only": true, file: { driver: "file", filename: path } };
  return ["-blockdev", JSON.stringify(node), "-device", "scsi-cd,bus=scsi0.0,drive=seed0"];
}
