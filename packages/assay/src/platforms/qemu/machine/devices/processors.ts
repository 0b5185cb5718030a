import { mostCores } from "../hot-plug.ts";
import type { MachineSpec } from "../machine-spec.ts";

/** The processors, and who runs their code. */
export function processors({ accelerator, cores }: MachineSpec): string[] {
  return [
    ...["-accel", accelerator === "tcg" ? "tcg,thread=multi,tb-size=64" : "kvm"],
    // Code translated per second is what limits a freshly forked emulated guest; AES and AVX2 cost more than they save.
    ...["-cpu", accelerator === "kvm" ? "host,migratable=on" : "max,l3-cache=on"],
    ...["-smp", `${cores},maxcpus=${mostCores(cores)}`],
  ];
}
