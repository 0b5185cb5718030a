import type { MachineSpec } from "../machine-spec.ts";

/** Flash chips of UEFI; a machine without them has QEMU's own BIOS. */
export function firmware({ firmware: files }: MachineSpec): string[] {
  if (files === undefined) return [];
  return [
    ...flash("firmware-code", files.code, true),
    ...flash("firmware-variables", files.variables, false),
    ...(files.needsSmm ? SAFE_VARIABLES : []),
  ];
}

/** Or the guest's kernel could write over the keys; and a wake-up from S3 would pass them by. */
const SAFE_VARIABLES: readonly string[] = [
  ...["-global", "driver=cfi.pflash01,property=secure,value=on"],
  ...["-global", "ICH9-LPC.disable_s3=1"],
];

function flash(id: string, path: string, isReadOnly: boolean): string[] {
  const file = { driver: "file", filename: path };
  return ["-blockdev", JSON.stringify({ driver: "raw", "node-name": id, "read-only": isReadOnly, file })];
}
