import type { DirectKernel } from "../boot-way.ts";
import type { Accelerator } from "../host/acceleration.ts";
import { guards } from "./guards.ts";
import { hotPlugPorts, MEMORY_SLOTS, MOST_ADDED_MEMORY_MB, mostCores } from "./hot-plug.ts";
import { IGNITION_NAMES } from "./ignition.ts";

/** Numbers under which QEMU inherits its sockets and files; the order of `stdio` at the start of the process. */
export const InheritedFd = { monitor: 3, serial: 4, agents: [5, 6, 7, 8], network: 9, deviceState: 10 } as const;

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

/** Everything QEMU is told about one machine. Two machines with one shape can share a memory image. */
export interface MachineSpec {
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly cores: number;
  readonly memoryMb: number;
  /** Address of the interface to the private network of its environment; undefined for a machine that has none. */
  readonly privateMac: string | undefined;
  /** Read-only firmware code, and the machine's own copy of the variable store; undefined for BIOS. */
  readonly firmware: { readonly code: string; readonly variables: string } | undefined;
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

/** Blanks and commas are separators in QEMU's option syntax; a doubled comma stands for one. */
const escaped = (value: string): string => value.replaceAll(",", ",,");

/** Code translated per second is what limits a freshly forked emulated guest; AES and AVX2 cost more than they save. */
function cpuModel(accelerator: Accelerator): string {
  return accelerator === "kvm" ? "host,migratable=on" : "max,l3-cache=on";
}

interface BlockNode {
  readonly driver: string;
  readonly file: Readonly<Record<string, unknown>>;
  readonly "read-only"?: boolean;
  readonly backing?: BlockNode | null;
  readonly [option: string]: unknown;
}

/** The chain is spelled out, so that the paths written into the files need not hold any more. */
function diskNode(layers: readonly DiskLayer[], isTop: boolean): BlockNode | null {
  const [layer, ...below] = layers;
  if (layer === undefined) return null;
  const canHaveBacking = layer.format === "qcow2";
  return {
    driver: layer.format,
    file: { driver: "file", filename: layer.path },
    ...(isTop ? { "node-name": "disk0", discard: "unmap", cache: { "no-flush": true } } : { "read-only": true }),
    ...(canHaveBacking ? { backing: diskNode(below, false) } : {}),
  };
}

/** QEMU's command line for `spec`. */
export function machineArguments(spec: MachineSpec): string[] {
  const { firmware, memory } = spec;
  // A kernel that QEMU starts itself takes the first place.
  const firstToBoot = spec.kernel === undefined ? ",bootindex=0" : "";
  const pflash = (id: string, path: string, isReadOnly: boolean): string[] => [
    "-blockdev",
    JSON.stringify({
      driver: "raw",
      "node-name": id,
      "read-only": isReadOnly,
      file: { driver: "file", filename: path },
    }),
  ];
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...["-name", `guest=${escaped(spec.name)},debug-threads=on`],
    // Nothing in the guest's reach may start programs or change identities on the host.
    ...["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    ...["-machine", machineOption(spec)],
    ...["-accel", spec.accelerator === "tcg" ? "tcg,thread=multi,tb-size=64" : "kvm"],
    ...["-cpu", cpuModel(spec.accelerator), "-smp", `${spec.cores},maxcpus=${mostCores(spec.cores)}`],
    ...["-m", `${spec.memoryMb}M,slots=${MEMORY_SLOTS},maxmem=${spec.memoryMb + MOST_ADDED_MEMORY_MB}M`],
    ...(memory === undefined
      ? []
      : [
          "-object",
          `memory-backend-file,id=memory0,size=${spec.memoryMb}M,mem-path=${escaped(memory.path)},share=${memory.access === "shared" ? "on" : "off"}`,
        ]),
    ...(firmware === undefined
      ? []
      : [...pflash("firmware-code", firmware.code, true), ...pflash("firmware-variables", firmware.variables, false)]),
    // A guest that powers off or panics leaves its process running, so that it can be looked at and started again.
    ...["-action", "shutdown=pause,panic=none,watchdog=reset"],
    ...["-rtc", "base=utc,clock=host"],
    ...["-blockdev", JSON.stringify(diskNode(spec.disk, true)), "-device", `virtio-blk-pci,drive=disk0${firstToBoot}`],
    ...["-device", "virtio-scsi-pci,id=scsi0"],
    ...hotPlugPorts(),
    ...guards(),
    ...(spec.seed === undefined ? [] : seedDisk(spec.seed)),
    ...(spec.ignition === undefined ? [] : ignitionBlobs(spec.ignition)),
    ...(spec.kernel === undefined ? [] : directKernel(spec.kernel)),
    // Port 0: the kernel chooses a free one, so that no two machines can meet.
    ...InheritedFd.agents.flatMap((fd, index) => ["-chardev", `socket,id=agent${index},fd=${fd}`]),
    // Host port 0: the kernel chooses a free one, so that no two machines can meet.
    ...["-netdev", `user,id=net0,hostfwd=tcp:127.0.0.1:0-:22${agentForwards()}`],
    ...["-device", "virtio-net-pci,netdev=net0,romfile="],
    ...["-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"],
    ...["-device", `vmgenid,guid=${spec.generationId}`],
    ...(spec.privateMac === undefined
      ? []
      : [
          ...["-netdev", `socket,id=net1,fd=${InheritedFd.network}`],
          ...["-device", `virtio-net-pci,id=${PRIVATE_NIC},netdev=net1,romfile=,mac=${spec.privateMac}`],
        ]),
    ...[
      "-chardev",
      `socket,id=serial0,fd=${InheritedFd.serial},logfile=${escaped(spec.serialLog)},logappend=on`,
      "-serial",
      "chardev:serial0",
    ],
    ...["-chardev", `socket,id=monitor0,fd=${InheritedFd.monitor}`, "-mon", "chardev=monitor0,mode=control"],
    ...(spec.isIncoming ? ["-incoming", "defer"] : []),
  ];
}

function seedDisk(path: string): string[] {
  const node = { driver: "raw", "node-name": "seed0", "read-only": true, file: { driver: "file", filename: path } };
  return ["-blockdev", JSON.stringify(node), "-device", "scsi-cd,bus=scsi0.0,drive=seed0"];
}

function ignitionBlobs(path: string): string[] {
  return IGNITION_NAMES.flatMap((name) => ["-fw_cfg", `name=${name},file=${escaped(path)}`]);
}

function directKernel({ commandLine, initrd, path }: DirectKernel): string[] {
  return ["-kernel", path, ...(initrd === undefined ? [] : ["-initrd", initrd]), "-append", commandLine];
}

function agentForwards(): string {
  const ports = [...AgentPort.user, ...AgentPort.root];
  return ports.map((port, index) => `,guestfwd=tcp:${AGENT_ADDRESS}:${port}-chardev:agent${index}`).join("");
}

function machineOption(spec: MachineSpec): string {
  return [
    "q35",
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    "graphics=off",
    "vmport=off",
    ...(spec.memory === undefined ? [] : ["memory-backend=memory0"]),
    ...(spec.firmware === undefined ? [] : ["pflash0=firmware-code", "pflash1=firmware-variables"]),
  ].join(",");
}
