import { boardOf, type Hardware } from "../hardware.ts";

/** Places where devices can be added to a running machine: QEMU's names of PCI Express root ports. */
export const HOT_PLUG_PORTS: readonly string[] = Array.from({ length: 8 }, (_, index) => `port${index}`);

/** QEMU's name for the SCSI controller that takes disks at run time. */
export const SCSI_BUS = "scsi0.0";

/** Memory modules that can be added, and how much in all, in MiB. */
export const MEMORY_SLOTS = 4;
export const MOST_ADDED_MEMORY_MB = 8192;

/** Processors a machine can grow to; at least as many as it begins with. */
export const mostCores = (cores: number): number => Math.max(8, cores);

/** Slot of q35's root bus where the ports lie together as functions of one device, away from those QEMU hands out. */
const PORTS_SLOT = "0x10";

/** Ports for devices to come. A q35 machine takes none on its root bus once it runs; on a pc, ports are bridges. */
export function hotPlugPorts({ machineType }: Hardware): string[] {
  if (boardOf(machineType) === "pc") {
    return HOT_PLUG_PORTS.flatMap((id, index) => ["-device", `pci-bridge,id=${id},bus=pci.0,chassis_nr=${index + 1}`]);
  }
  return HOT_PLUG_PORTS.flatMap((id, index) => {
    const place = `addr=${PORTS_SLOT}.0x${index.toString(16)}${index === 0 ? ",multifunction=on" : ""}`;
    return ["-device", `pcie-root-port,id=${id},bus=pcie.0,chassis=${index + 1},${place}`];
  });
}
