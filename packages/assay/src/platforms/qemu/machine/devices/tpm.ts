import { boardOf } from "../../hardware.ts";
import { InheritedFd, type MachineSpec } from "../machine-spec.ts";

/** The TPM 2.0, which is a program beside QEMU. */
export function tpm({ hardware, hasTpm }: MachineSpec): string[] {
  if (!hasTpm) return [];
  return [
    ...["-chardev", `socket,id=tpm-line,fd=${InheritedFd.tpm}`],
    ...["-tpmdev", "emulator,id=tpm0,chardev=tpm-line"],
    ...["-device", `${boardOf(hardware.machineType) === "virt" ? "tpm-tis-device" : "tpm-crb"},tpmdev=tpm0`],
  ];
}
