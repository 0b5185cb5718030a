import { InheritedFd, type MachineSpec } from "../machine-spec.ts";

/** The TPM 2.0, which is a program beside QEMU. */
export function tpm({ hasTpm }: MachineSpec): string[] {
  if (!hasTpm) return [];
  return [
    ...["-chardev", `socket,id=tpm-line,fd=${InheritedFd.tpm}`],
    ...["-tpmdev", "emulator,id=tpm0,chardev=tpm-line"],
    ...["-device", "tpm-crb,tpmdev=tpm0"],
  ];
}
