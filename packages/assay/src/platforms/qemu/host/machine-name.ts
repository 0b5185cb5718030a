/** The full name that the machine type has in this version of QEMU, such as `pc-q35-7.2`; it tells `version` itself. */
export function fullMachineName(machineType: string, version: string): string {
  const stem = STEMS[machineType];
  const number = /\d+\.\d+/.exec(version)?.[0];
  return stem === undefined || number === undefined ? machineType : `${stem}-${number}`;
}

const STEMS: Readonly<Record<string, string>> = { q35: "pc-q35", pc: "pc-i440fx", virt: "virt" };
