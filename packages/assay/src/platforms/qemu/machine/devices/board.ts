import { boardOf } from "../../hardware.ts";
import type { MachineSpec } from "../machine-spec.ts";
import { hasOneBackend } from "./memory.ts";

/** What a board has to be told besides. A microvm has the other devices only with PCI Express, which ACPI describes. */
const OWN_OPTIONS = {
  q35: ["vmport=off"],
  pc: ["vmport=off"],
  microvm: ["pcie=on", "acpi=on", "rtc=on", "isa-serial=on"],
  virt: ["gic-version=3"],
} as const;

/** The board, and what sits on it for good. */
export function board(spec: MachineSpec): string[] {
  const parts = [
    spec.hardware.machineType ?? "q35",
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    "graphics=off",
    ...OWN_OPTIONS[boardOf(spec.hardware.machineType) ?? "q35"],
    ...(hasOneBackend(spec) ? ["memory-backend=memory0"] : []),
    ...(spec.firmware === undefined ? [] : ["pflash0=firmware-code", "pflash1=firmware-variables"]),
  ];
  if (spec.firmware?.needsSmm === true) parts.push("smm=on");
  return ["-machine", parts.join(",")];
}
