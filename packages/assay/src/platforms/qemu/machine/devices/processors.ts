import { boardOf, type Hardware, type Topology } from "../../hardware.ts";
import { mostCores } from "../hot-plug.ts";
import type { MachineSpec } from "../machine-spec.ts";

/** Code translated per second is what limits a freshly forked emulated guest; AES and AVX2 cost more than they save. */
const USUAL = {
  x86_64: { kvm: "host,migratable=on", tcg: "max,l3-cache=on" },
  // Pointers are signed at each call: with QEMU's own algorithm several times as fast as with the architecture's.
  aarch64: { kvm: "host", tcg: "max,pauth-impdef=on" },
} as const;

/** The processors, and who runs their code. */
export function processors({ accelerator, cores, hardware }: MachineSpec): string[] {
  const usual = USUAL[boardOf(hardware.machineType) === "virt" ? "aarch64" : "x86_64"][accelerator];
  return [
    ...["-accel", accelerator === "tcg" ? "tcg,thread=multi,tb-size=64" : "kvm"],
    ...["-cpu", hardware.cpu ?? usual],
    ...["-smp", numberOf(cores, hardware)],
  ];
}

/** Processors can be added in whole sockets, on a PC; not where each has to be in a NUMA node from the start. */
function numberOf(cores: number, hardware: Hardware): string {
  const topology = topologyOf(hardware);
  const board = boardOf(hardware.machineType);
  if (board === "virt" || board === "microvm") {
    const { cores: inSocket = cores, sockets = 1, threads = 1 } = topology ?? {};
    return `${cores},sockets=${sockets},cores=${inSocket},threads=${threads}`;
  }
  if (topology === undefined) return `${cores},maxcpus=${mostCores(cores)}`;
  const inSocket = topology.cores * topology.threads;
  const sockets =
    hardware.numa === undefined
      ? Math.max(topology.sockets, Math.floor(mostCores(cores) / inSocket))
      : topology.sockets;
  const places = `sockets=${sockets},cores=${topology.cores},threads=${topology.threads}`;
  return `${cores},maxcpus=${sockets * inSocket},${places}`;
}

/** A kernel takes a socket that lies in two NUMA nodes for a fault of the firmware. */
function topologyOf({ numa, topology }: Hardware): Topology | undefined {
  if (topology !== undefined || numa === undefined) return topology;
  const [first, ...others] = numa.map(({ cores }) => cores).filter((cores) => cores > 0);
  if (first === undefined) return undefined;
  if (others.every((cores) => cores === first)) return { sockets: others.length + 1, cores: first, threads: 1 };
  return { sockets: others.reduce((sum, cores) => sum + cores, first), cores: 1, threads: 1 };
}
