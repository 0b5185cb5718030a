import type { MachineSpec } from "../machine-spec.ts";
import { hasOneBackend } from "./memory.ts";

/** The board, and what sits on it for good. */
export function board(spec: MachineSpec): string[] {
  const parts = [
    spec.hardware.machineType ?? "q35",
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    "graphics=off",
    "vmport=off",
    ...(hasOneBackend(spec) ? ["memory-backend=memory0"] : []),
    ...(spec.firmware === undefined ? [] : ["pflash0=firmware-code", "pflash1=firmware-variables"]),
  ];
  if (spec.firmware?.needsSmm === true) parts.push("smm=on");
  return ["-machine", parts.join(",")];
}
