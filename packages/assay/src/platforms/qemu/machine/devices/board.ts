import type { MachineSpec } from "../machine-spec.ts";

/** The board, and what sits on it for good. */
export function board(spec: MachineSpec): string[] {
  const parts = [
    "q35",
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    "graphics=off",
    "vmport=off",
    ...(spec.memory === undefined ? [] : ["memory-backend=memory0"]),
    ...(spec.firmware === undefined ? [] : ["pflash0=firmware-code", "pflash1=firmware-variables"]),
  ];
  if (spec.firmware?.needsSmm === true) parts.push("smm=on");
  return ["-machine", parts.join(",")];
}
