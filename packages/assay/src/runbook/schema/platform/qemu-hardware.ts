import { fields } from "../field.ts";
import { choice, flag, integer, list, section, standing, text } from "../kinds.ts";

const several = (about: string) => standing(integer(about, { minimum: 1, maximum: 255 }), 1);

const topology = fields(
  {
    sockets: several("sockets"),
    cores: several("cores of each socket"),
    threads: several("threads of each core"),
  },
  { code: "S15", title: "topology" },
);

const numaNode = fields(
  {
    cores: standing(integer("processors of the node", { minimum: 0, maximum: 255 }), 0),
    memory_mb: integer("memory of the node in MiB", { minimum: 64, maximum: 4_194_304 }),
  },
  { code: "S15", required: ["memory_mb"], title: "numa_node" },
);

const share = fields(
  {
    path: text("folder of the host"),
    driver: standing(choice(["9p", "virtiofs"], "what the folder is served with; virtiofs needs virtiofsd"), "9p"),
    tag: standing(text("what the guest mounts"), "share"),
    read_only: standing(flag("whether the guest may only read"), false),
  },
  { code: "S15", required: ["path"], title: "share" },
);

/** What makes a machine another one than the usual. */
export const qemuHardware = {
  machine_type: standing(text("board: q35, pc, microvm, virt or one of their versions such as pc-q35-7.2"), "q35"),
  topology: section(topology, "how the processors sit together; the product is their number"),
  numa: list(section(numaNode, "a node"), "NUMA nodes; their sums are the processors and the memory of the machine"),
  hugepages: standing(flag("whether the guest's memory is in huge pages of the host"), false),
  cpu: text("processor model of QEMU, such as 'Nehalem' or 'EPYC,-svm'"),
  disk_bus: standing(
    choice(["virtio-blk", "virtio-scsi", "sata", "nvme", "ide", "usb"], "bus of the system's disk"),
    "virtio-blk",
  ),
  nic_model: standing(choice(["virtio", "e1000e", "igb", "vmxnet3"], "model of the network cards"), "virtio"),
  cdrom: text("image of a disc in a drive"),
  vsock: standing(flag("whether there are sockets between host and guest (AF_VSOCK)"), false),
  share: section(share, "folder of the host that the guest can mount"),
  extra_args: list(text("an argument"), "arguments that QEMU gets besides", { acceptsOne: true }),
};
