import { boardOf, type Hardware } from "./hardware.ts";
import type { HostOffer } from "./host/host-offer.ts";
import type { QemuOffer } from "./host/offer.ts";
import type { MachineShape } from "./machine/machine.ts";

/** What has to be known of a host to tell which machines it makes. */
export type MakingOffer = Pick<HostOffer, "qemu" | "vsockObstacle" | "hugepages">;

/** Why this host cannot make one of the machines, or not all of them together; undefined when it can. */
export function hardwareRefusal(shapes: readonly MachineShape[], offer: MakingOffer): string | undefined {
  const hugeMb = shapes.reduce((sum, { hardware, memoryMb }) => sum + (hardware?.hasHugepages ? memoryMb : 0), 0);
  const refusals = shapes.map(({ hardware }) => hardware && refusalOf(hardware, hugeMb, offer));
  return refusals.find((refusal) => refusal !== undefined);
}

/** `hugeMb` is what all machines of its environment need of huge pages. */
function refusalOf(hardware: Hardware, hugeMb: number, offer: MakingOffer): string | undefined {
  if (hardware.hasVsock === true && offer.vsockObstacle !== undefined) {
    const help =
      offer.vsockObstacle === "is not there"
        ? "load it with 'modprobe vhost_vsock'"
        : "it needs a group or a rule of udev";
    return `it needs vsock, and '/dev/vhost-vsock' ${offer.vsockObstacle}: ${help}.`;
  }
  if (hardware.hasHugepages === true) {
    const { free, sizeKb } = offer.hugepages;
    if (sizeKb === 0) return "it needs huge pages, and this host's kernel has none.";
    const pages = Math.ceil((hugeMb * 1024) / sizeKb);
    if (pages > free) {
      return `it needs ${pages} huge pages of ${sizeKb / 1024} MiB, and ${free} are free: reserve them with 'sysctl vm.nr_hugepages=${pages}'.`;
    }
  }
  return offer.qemu === undefined ? undefined : qemuRefusal(hardware, offer.qemu);
}

function qemuRefusal(hardware: Hardware, { devices, machines, processors, version }: QemuOffer): string | undefined {
  const { cpu, machineType = "q35" } = hardware;
  if (!machines.includes(machineType))
    return `it needs the machine type '${machineType}', which QEMU ${version} does not have.`;
  const model = cpu?.split(",")[0];
  if (model !== undefined && !processors.includes(model)) {
    return `it needs the processor '${model}', which QEMU ${version} does not have: '-cpu help' lists them.`;
  }
  const lacking = devicesOf(hardware).find(({ device }) => !devices.includes(device));
  if (lacking === undefined) return undefined;
  const { device, since } = lacking;
  return since === undefined
    ? `it needs the device '${device}', which this QEMU (${version}) was built without.`
    : `it needs the device '${device}', which came with QEMU ${since}; this is ${version}.`;
}

interface NeededDevice {
  readonly device: string;
  /** QEMU with which it came; absent for those that all versions in use have. */
  readonly since?: string;
}

function devicesOf(hardware: Hardware): readonly NeededDevice[] {
  const { diskBus, hasVsock, machineType, nicModel, share } = hardware;
  return [
    ...(nicModel === undefined ? [] : [{ device: nicModel, ...(nicModel === "igb" ? { since: "8.0" } : {}) }]),
    ...(diskBus === "nvme" ? [{ device: "nvme" }] : []),
    ...(diskBus === "usb" ? [{ device: "qemu-xhci" }, { device: "usb-storage" }] : []),
    ...(diskBus === "sata" && boardOf(machineType) === "pc" ? [{ device: "ich9-ahci" }] : []),
    ...(hasVsock === true ? [{ device: "vhost-vsock-pci" }] : []),
    ...(share === undefined ? [] : [{ device: "virtio-9p-pci" }]),
  ];
}
