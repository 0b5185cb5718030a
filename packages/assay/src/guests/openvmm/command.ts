import type { GuestSize } from "../size.ts";
import type { NetworkPlan } from "./network-plan.ts";

/** What OpenVMM is told about one guest; paths are those of the node. */
export interface OpenvmmPlan extends GuestSize {
  readonly binary: string;
  readonly hypervisor: string;
  readonly firmware: string;
  readonly disk: string;
  readonly diskDevice: "scsi" | "virtio-blk";
  readonly seed: string;
  readonly iommu: "none" | "intel" | "amd";
  /** As many as there are processors when undefined. */
  readonly processorsPerSocket: number | undefined;
  readonly smt: string;
  /** File of the serial console; undefined writes it to OpenVMM's own output. */
  readonly serialFile: string | undefined;
  readonly network: NetworkPlan;
  /** Port of the node's loopback that leads to the guest's SSH server, on OpenVMM's own network. */
  readonly forwardedPort: number | undefined;
  readonly extraArguments: readonly string[];
}

const SCSI = "assay_scsi0";
const ROOT_COMPLEX = "assay_rc0";
const DISK_PORT = "assay_disk";
const NET_PORT = "assay_net";

/** OpenVMM's flag for each IOMMU; its value is the root complex the IOMMU is for. */
const IOMMU_FLAG = { intel: "--intel-vtd", amd: "--amd-iommu" } as const;

/** OpenVMM's command line for a guest. */
export function openvmmCommand(plan: OpenvmmPlan): readonly [string, ...string[]] {
  const { network, iommu } = plan;
  const isVirtioDisk = plan.diskDevice === "virtio-blk";
  const isVirtioNet = network.device === "virtio";
  const queues = network.queues === undefined ? "" : `queues=${network.queues}:`;
  const backend = `${queues}${backendOf(plan)}`;
  return [
    plan.binary,
    ...["--hv", "--hypervisor", plan.hypervisor],
    ...["--processors", `${plan.cores}`, "--vps-per-socket", `${plan.processorsPerSocket ?? plan.cores}`],
    ...["--smt", plan.smt, "--memory", `${plan.memoryMb}MB`],
    ...["--uefi", "--uefi-firmware", plan.firmware],
    ...(isVirtioDisk || isVirtioNet ? ["--pcie-root-complex", ROOT_COMPLEX] : []),
    ...(iommu === "none" ? [] : [IOMMU_FLAG[iommu], ROOT_COMPLEX]),
    ...(isVirtioDisk ? ["--pcie-root-port", `${ROOT_COMPLEX}:${DISK_PORT}`] : []),
    ...(isVirtioNet ? ["--pcie-root-port", `${ROOT_COMPLEX}:${NET_PORT}`] : []),
    ...["--vmbus-scsi", `id=${SCSI}`],
    ...(isVirtioDisk
      ? ["--virtio-blk", `file:${plan.disk},pcie_port=${DISK_PORT}`]
      : ["--disk", `file:${plan.disk},on=${SCSI},lun=0`]),
    ...["--disk", `file:${plan.seed},on=${SCSI},lun=1,dvd`],
    ...(isVirtioNet ? ["--virtio-net", `pcie_port=${NET_PORT}:${backend}`] : ["--net", backend]),
    ...["--com1", plan.serialFile === undefined ? "stderr" : `file=${plan.serialFile}`],
    ...plan.extraArguments,
  ];
}

function backendOf({ network: { backend }, forwardedPort }: OpenvmmPlan): string {
  if (backend.mode === "tap") return `tap:${backend.tap}`;
  const forward =
    forwardedPort === undefined ? undefined : `hostfwd=tcp:127.0.0.1:${forwardedPort}-:${backend.sshPort}`;
  const options = [backend.cidr, forward].filter((option) => option !== undefined);
  return ["consomme", ...(options.length === 0 ? [] : [options.join(",")])].join(":");
}
