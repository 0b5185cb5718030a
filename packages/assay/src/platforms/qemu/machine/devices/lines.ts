import { InheritedFd, type MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** The serial port, and QEMU's own monitor. */
export function lines({ serialLog }: MachineSpec): string[] {
  const serial = `socket,id=serial0,fd=${InheritedFd.serial},logfile=${escaped(serialLog)},logappend=on`;
  return [
    ...["-chardev", serial, "-serial", "chardev:serial0"],
    ...["-chardev", `socket,id=monitor0,fd=${InheritedFd.monitor}`, "-mon", "chardev=monitor0,mode=control"],
  ];
}
