import { expect, test } from "vitest";
import { type OpenvmmPlan, openvmmCommand } from "./command.ts";
import { networkPlan } from "./network-plan.ts";

const PLAN: OpenvmmPlan = {
  binary: "openvmm",
  hypervisor: "mshv",
  cores: 4,
  memoryMb: 2048,
  firmware: "/f/MSVM.fd",
  disk: "/g/disk.raw",
  diskDevice: "scsi",
  seed: "/g/seed.iso",
  iommu: "none",
  processorsPerSocket: undefined,
  smt: "off",
  serialFile: "/g/console.log",
  network: networkPlan({ mode: "tap", tap_name: "tap0" }, 0),
  forwardedPort: undefined,
  extraArguments: [],
};
const line = (changes: Partial<OpenvmmPlan> = {}): string => openvmmCommand({ ...PLAN, ...changes }).join(" ");

test("the devices of Hyper-V are the usual ones", () => {
  expect(line()).toBe(
    "openvmm --hv --hypervisor mshv --processors 4 --vps-per-socket 4 --smt off --memory 2048MB " +
      "--uefi --uefi-firmware /f/MSVM.fd --vmbus-scsi id=assay_scsi0 " +
      "--disk file:/g/disk.raw,on=assay_scsi0,lun=0 --disk file:/g/seed.iso,on=assay_scsi0,lun=1,dvd " +
      "--net tap:tap0 --com1 file=/g/console.log",
  );
});

test.each<[string, Partial<OpenvmmPlan>, string]>([
  [
    "virtio devices on a root complex with an IOMMU",
    {
      diskDevice: "virtio-blk",
      iommu: "intel",
      network: networkPlan({ mode: "tap", tap_name: "tap0", device: "virtio", queue_count: 2 }, 0),
    },
    "--pcie-root-complex assay_rc0 --intel-vtd assay_rc0 --pcie-root-port assay_rc0:assay_disk " +
      "--pcie-root-port assay_rc0:assay_net --vmbus-scsi id=assay_scsi0 " +
      "--virtio-blk file:/g/disk.raw,pcie_port=assay_disk --disk file:/g/seed.iso,on=assay_scsi0,lun=1,dvd " +
      "--virtio-net pcie_port=assay_net:queues=2:tap:tap0",
  ],
  ["the other IOMMU", { diskDevice: "virtio-blk", iommu: "amd" }, "--amd-iommu assay_rc0"],
  ["queues of the synthetic device", { network: networkPlan({ queue_count: 3 }, 0) }, "--net queues=3:consomme --com1"],
  [
    "a port and a subnet of the user network",
    { network: networkPlan({ consomme_cidr: "10.1.0.0/24", ssh_port: 2022 }, 0), forwardedPort: 2200 },
    "--net consomme:10.1.0.0/24,hostfwd=tcp:127.0.0.1:2200-:2022",
  ],
  ["its own output as console", { serialFile: undefined }, "--com1 stderr"],
  [
    "sockets, threads and more",
    { processorsPerSocket: 2, smt: "force", extraArguments: ["--x", "y z"] },
    "--vps-per-socket 2 --smt force",
  ],
])("%s", (_, changes, expected) => {
  expect(line(changes)).toContain(expected);
});
