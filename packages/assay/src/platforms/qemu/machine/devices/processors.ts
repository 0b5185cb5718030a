import { boardOf, type Hardware, type Topology } from "../../hardware.ts";
import { mostCores } from "../hot-plug.ts";
import type { MachineSpec } from "../machine-spec.ts";

/** Code translated per second is what limits a freshly forked emulated guest; AES and AVX2 cost more than they save. */
const USUAL = {
  x86_64: { kvm: "host,migratable=on", tcg: "max,l3-cache=on" },
  // Pointers are signed at each call: with QEMU's own algorithm several times as fast as with the architecture's.
  aarch64: { kvm: "host", tcg: "max,pauth-impdef=on" },
} as const;

/**
 * Room for translated code in MiB. A boot runs so much that less of it is thrown away and translated again; a fork is to be
 * small.
 */
const CODE_MB = { boot: 256, fork: 64 } as const;

/** The processors, and who runs their code. */
export function processors({ accelerator, cores, hardware, isIncoming }: MachineSpec): string[] {
  const usual = USUAL[boardOf(hardware.machineType) === "virt" ? "aarch64" : "x86_64"][accelerator];
  return [
    ...["-accel", accelerator === "tcg" ? `tcg,thread=multi,tb-size=${CODE_MB[isIncoming ? "fork" : "boot"]}` : "kvm"],
    ...["-cpu", hardware.cpu ?? usual],
    ...["-smp", numberOf(cores, hardware)],
  ];
}

function numberOf(cores: number, hardware: Hardware): string {
  const board = boardOf(hardware.machineType);
  if (board === "virt" || board === "microvm") {
    const { cores: inSocket = cores, sockets = 1, threads = 1 } = topologyOf(hardware) ?? {};
    return `${cores},sockets=${sockets},cores=${inSocket},threads=${threads}`;
  }
  const { most, topology } = processorPlaces(cores, hardware);
  if (topology === undefined) return `${cores},maxcpus=${most}`;
  return `${cores},maxcpus=${most},sockets=${topology.sockets},cores=${topology.cores},threads=${topology.threads}`;
}

/**
 * How many processors a PC has room for, and how they sit together where that is not left open. They can be added in
 * whole sockets; not where each has to be in a NUMA node from the start.
 */
export function processorPlaces(
  cores: number,
  hardware: Hardware,
): { readonly most: number; readonly topology: Topology | undefined } {
  const topology = topologyOf(hardware);
  if (topology === undefined) return { most: mostCores(cores), topology };
  const inSocket = topology.cores * topology.threads;
  const room = hardware.numa === undefined ? Math.floor(mostCores(cores) / inSocket) : 0;
  const sockets = Math.max(topology.sockets, room);
  return { most: sockets * inSocket, topology: { ...topology, sockets } };
}

/** A kernel takes a socket that lies in two NUMA nodes for a fault of the firmware. */
function topologyOf({ numa, topology }: Hardware): Topology | undefined {
  if (topology !== undefined || numa === undefined) return topology;
  const [first, ...others] = numa.map(({ cores }) => cores).filter((cores) => cores > 0);
  if (first === undefined) return undefined;
  if (others.every((cores) => cores === first)) return { sockets: others.length + 1, cores: first, threads: 1 };
  return { sockets: others.reduce((sum, cores) => sum + cores, first), cores: 1, threads: 1 };
}
