import { boardOf, coresOf, type DiskBus, type Hardware, type NicModel, type NumaNode, type Share } from "./hardware.ts";
import { flag, type Key, oneOf, type Parse, SectionReader, text, wholeNumber } from "./settings-key.ts";

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const count = wholeNumber(1, 255);

const topology: Parse<NonNullable<Hardware["topology"]>> = (value) => {
  if (!isMapping(value)) return undefined;
  const [sockets, cores, threads] = [value.sockets ?? 1, value.cores ?? 1, value.threads ?? 1].map(count);
  if (sockets === undefined || cores === undefined || threads === undefined) return undefined;
  return sockets * cores * threads <= 255 ? { sockets, cores, threads } : undefined;
};

const numa: Parse<readonly NumaNode[]> = (value) => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_NUMA_NODES) return undefined;
  const nodes = value.flatMap((each: unknown) => {
    if (!isMapping(each)) return [];
    const [cores, memoryMb] = [wholeNumber(0, 255)(each.cores ?? 0), wholeNumber(64, 1 << 22)(each.memory_mb)];
    return cores === undefined || memoryMb === undefined ? [] : [{ cores, memoryMb }];
  });
  return nodes.length === value.length && nodes.some(({ cores }) => cores > 0) ? nodes : undefined;
};
/** Each node's memory is a file of its own in a template. */
const MOST_NUMA_NODES = 8;

/** Commas would end the option; what the guest mounts is a short word. */
const share: Parse<Share> = (value) => {
  if (!isMapping(value)) return undefined;
  const { path, read_only: isReadOnly = false, tag = "share" } = value;
  const driver = oneOf("9p", "virtiofs")(value.driver ?? "9p");
  const isGood = text(path) !== undefined && typeof tag === "string" && /^[\w.-]{1,31}$/.test(tag);
  if (!isGood || typeof isReadOnly !== "boolean" || driver === undefined) return undefined;
  return { path: String(path), tag, isReadOnly, ...(driver === "9p" ? {} : { driver }) };
};

const words: Parse<readonly string[]> = (value) => {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  return given.every((each) => typeof each === "string") ? given.map(String) : undefined;
};

/** Keys of hardware, in `platform.qemu` and `platform.libvirt`, and in those sections of a node's requirement. */
export const HARDWARE_KEYS = {
  machine_type: {
    parse: (value) => (typeof value === "string" && boardOf(value) !== undefined ? value : undefined),
    expected: "'q35', 'pc', 'microvm', 'virt' or one of their versions such as 'pc-q35-7.2'",
    about: "Board; default q35, and virt for aarch64.",
  } satisfies Key<string>,
  topology: {
    parse: topology,
    expected: "'sockets', 'cores' and 'threads', whole numbers from 1, at most 255 processors in all",
    about: "How the processors sit together; their product is their number.",
  } satisfies Key<NonNullable<Hardware["topology"]>>,
  numa: {
    parse: numa,
    expected: "a list of 1 to 8 nodes with 'cores' and 'memory_mb' (from 64), one of them with cores",
    about: "NUMA nodes; their sums are the machine's processors and memory.",
  } satisfies Key<readonly NumaNode[]>,
  hugepages: { parse: flag, expected: "true or false", about: "Memory in the host's huge pages; default false." },
  cpu: {
    parse: (value) => (typeof value === "string" && /^[\w.+-]+(,[^\s,]+)*$/.test(value) ? value : undefined),
    expected: "a processor model of QEMU, such as 'Nehalem' or 'EPYC,-svm'",
    about: "Processor model; default the host's under KVM, else all that emulation has.",
  } satisfies Key<string>,
  disk_bus: {
    parse: oneOf<DiskBus>("virtio-blk", "virtio-scsi", "sata", "nvme", "ide", "usb"),
    expected: "'virtio-blk', 'virtio-scsi', 'sata', 'nvme', 'ide' or 'usb'",
    about: "Bus of the system's disk; default virtio-blk.",
  },
  nic_model: {
    parse: oneOf<NicModel>("virtio", "e1000e", "igb", "vmxnet3"),
    expected: "'virtio', 'e1000e', 'igb' or 'vmxnet3'",
    about: "Model of the network cards; default virtio.",
  },
  cdrom: { parse: text, expected: "a path", about: "Image of a disc in a drive, relative to the runbook." },
  vsock: { parse: flag, expected: "true or false", about: "Sockets between host and guest; default false." },
  share: {
    parse: share,
    expected:
      "'path' of a folder, and if wanted 'driver' (9p or virtiofs), 'tag' (a word of at most 31 letters) and 'read_only'",
    about: "Folder of the host that the guest can mount, relative to the runbook.",
  } satisfies Key<Share>,
  extra_args: { parse: words, expected: "a list of texts", about: "Arguments that QEMU gets besides." },
} as const;

/** The hardware of a section, of which other keys are not looked at; undefined for the usual machine's. */
export function readHardware(reader: SectionReader): Hardware | undefined {
  const get = <T>(name: keyof typeof HARDWARE_KEYS, key: Key<T>): T | undefined => reader.get(name, key);
  const machineType = get("machine_type", HARDWARE_KEYS.machine_type);
  const diskBus = get("disk_bus", HARDWARE_KEYS.disk_bus);
  const nicModel = get("nic_model", HARDWARE_KEYS.nic_model);
  const extraArguments = get("extra_args", HARDWARE_KEYS.extra_args) ?? [];
  const hardware: Hardware = {
    ...(machineType === undefined || machineType === "q35" ? {} : { machineType }),
    ...given("topology", get("topology", HARDWARE_KEYS.topology)),
    ...given("numa", get("numa", HARDWARE_KEYS.numa)),
    ...(get("hugepages", HARDWARE_KEYS.hugepages) === true ? { hasHugepages: true } : {}),
    ...given("cpu", get("cpu", HARDWARE_KEYS.cpu)),
    ...(diskBus === undefined || diskBus === "virtio-blk" ? {} : { diskBus }),
    ...(nicModel === undefined || nicModel === "virtio" ? {} : { nicModel }),
    ...given("cdrom", get("cdrom", HARDWARE_KEYS.cdrom)),
    ...(get("vsock", HARDWARE_KEYS.vsock) === true ? { hasVsock: true } : {}),
    ...given("share", get("share", HARDWARE_KEYS.share)),
    ...(extraArguments.length === 0 ? {} : { extraArguments }),
  };
  tellContradictions(hardware, reader);
  return Object.keys(hardware).length === 0 ? undefined : hardware;
}

/** The hardware that a node's own section asks for, and what does not hold there. */
export function hardwareOfNode(
  section: Mapping,
  platform = "qemu",
): {
  readonly hardware: Hardware | undefined;
  readonly problems: readonly string[];
} {
  const reader = new SectionReader(section, `platform.${platform}`);
  return { hardware: readHardware(reader), problems: reader.problems };
}

function tellContradictions(hardware: Hardware, { place, problems }: SectionReader): void {
  const { cdrom, diskBus, machineType, numa: nodes } = hardware;
  if (diskBus === "ide" && boardOf(machineType) !== "pc") {
    problems.push(`'${place}.disk_bus: ide' needs 'machine_type: pc'; the board q35 has SATA.`);
  }
  if (cdrom !== undefined && boardOf(machineType) !== "q35" && boardOf(machineType) !== "pc") {
    problems.push(`'${place}.cdrom' needs 'machine_type' q35 or pc; '${machineType}' has no drive.`);
  }
  const [ofTopology, ofNodes] = [coresOf(hardware), coresOf({ numa: nodes ?? [] })];
  if (hardware.topology !== undefined && nodes !== undefined && ofTopology !== ofNodes) {
    problems.push(`'${place}.topology' has ${ofTopology} processors, and the nodes of 'numa' have ${ofNodes}.`);
  }
}

/**
 * How many processors or MiB: what the hardware says stands, and a larger number beside it is one that the machine will
 * not have.
 */
export function sizeBeside(
  ofHardware: number | undefined,
  { key, asked, usual }: { readonly key: string; readonly asked: number | undefined; readonly usual: number },
  { place, problems }: Pick<SectionReader, "place" | "problems">,
): number {
  if (ofHardware !== undefined && asked !== undefined && asked > ofHardware) {
    problems.push(`'${place}.${key}' is ${asked}, and 'topology' or 'numa' gives the machine ${ofHardware}.`);
  }
  return ofHardware ?? asked ?? usual;
}

const given = <const K extends keyof Hardware>(key: K, value: Hardware[K]): Pick<Hardware, K> | Record<never, never> =>
  value === undefined ? {} : { [key]: value };
