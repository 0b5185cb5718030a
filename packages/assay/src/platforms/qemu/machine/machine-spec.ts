import type { DirectKernel } from "../boot-way.ts";
import type { Hardware } from "../hardware.ts";
import type { Accelerator } from "../host/acceleration.ts";

/** Numbers under which QEMU inherits its sockets and files; the order of `stdio` at the start of the process. */
export const InheritedFd = {
  monitor: 3,
  serial: 4,
  agents: [5, 6, 7, 8],
  network: 9,
  deviceState: 10,
  tpm: 11,
  folder: 12,
  virtiofs: 13,
} as const;

/** Address in the guest's network at which QEMU itself answers for the agents. */
export const AGENT_ADDRESS = "10.0.2.100";

/** QEMU's name for the interface to the private network. */
export const PRIVATE_NIC = "private0";

/** Ports of each agent: input and output, and standard error. */
export const AgentPort = { user: [7001, 7002], root: [7003, 7004] } as const;

export interface DiskLayer {
  readonly path: string;
  readonly format: string;
}

interface MachineFirmware {
  readonly code: string;
  readonly variables: string;
  /** Its variables are written in System Management Mode alone. */
  readonly needsSmm: boolean;
}

/** Everything QEMU is told about one machine. Two machines with one shape can share a memory image. */
export interface MachineSpec {
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly cores: number;
  readonly memoryMb: number;
  /** What makes it another machine than the usual. */
  readonly hardware: Hardware;
  /** Address of the interface to the private network of its environment; undefined for a machine that has none. */
  readonly privateMac: string | undefined;
  /** Read-only code, and the machine's own copy of the variable store; undefined for BIOS. */
  readonly firmware: MachineFirmware | undefined;
  /** QEMU inherits the connection to it. */
  readonly hasTpm: boolean;
  /** QEMU inherits the connection to the daemon of a shared folder, to which all memory has to be open. */
  readonly hasVirtiofs: boolean;
  /** From the machine's own layer down to the image. Only the first is written to. */
  readonly disk: readonly [DiskLayer, ...DiskLayer[]];
  /** Disk for cloud-init; undefined for a machine without one. */
  readonly seed: string | undefined;
  /** Configuration for Ignition; undefined for a machine without one. */
  readonly ignition: string | undefined;
  /** Kernel that QEMU starts itself; undefined where the firmware starts the disk's boot loader. */
  readonly kernel: DirectKernel | undefined;
  readonly serialLog: string;
  /** File that holds the guest's memory: shared while a template is made, private (copy on write) for its forks. */
  readonly memory: { readonly path: string; readonly access: "shared" | "private" } | undefined;
  /** True for a fork: waits for a device state instead of starting. */
  readonly isIncoming: boolean;
  /** A new one tells the guest's kernel, where it knows the device, that it is a copy. */
  readonly generationId: string;
}
