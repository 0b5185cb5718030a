import { InheritedFd, type MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** QEMU's name for the other end of the first serial port. */
export const SERIAL_LINE = "serial0";

/** The serial port, and QEMU's own monitor. */
export function lines({ serialLog }: MachineSpec): string[] {
  const serial = `socket,id=${SERIAL_LINE},fd=${InheritedFd.serial},logfile=${escaped(serialLog)},logappend=on`;
  return [
    ...["-chardev", serial, "-serial", `chardev:${SERIAL_LINE}`],
    ...["-chardev", `socket,id=monitor0,fd=${InheritedFd.monitor}`, "-mon", "chardev=monitor0,mode=control"],
  ];
}
