import { boardOf, type Hardware } from "../../qemu/hardware.ts";
import { HOT_PLUG_PORTS } from "../../qemu/machine/hot-plug.ts";
import { IGNITION_NAMES } from "../../qemu/machine/ignition.ts";
import { OWN_MAC } from "../../qemu/nics/first-nics.ts";
import type { DomainSpec } from "./domain-xml.ts";
import { element, type XmlElement } from "./xml.ts";

/** QEMU's names of both ends of the interface that libvirt knows nothing of. */
export const UserNic = { device: "assay-net0", netdev: "assay0" } as const;

/** Its place, above those that libvirt hands out itself. */
const USER_NIC_SLOT = "0x18";
/** Where the ports begin: together as functions of one device on q35, and next to each other on a pc. */
const FIRST_PORT_SLOT = 0x10;
/** Above the numbers of libvirt's own. */
const FIRST_CHASSIS = 100;

export const isPciExpress = ({ machineType }: Hardware): boolean => boardOf(machineType) !== "pc";

/** How QEMU is told of the way in; a saved machine that goes on elsewhere gets another one. */
export const forwardOf = (sshPort: number): string => `hostfwd=tcp:127.0.0.1:${sshPort}-:22`;

/** What libvirt has no words for in all its versions. */
export function commandLine({ hardware, ignition, network }: DomainSpec): XmlElement {
  const nic = `${hardware.nicModel ?? "virtio-net-pci"},id=${UserNic.device},netdev=${UserNic.netdev},mac=${OWN_MAC},romfile=`;
  const root = isPciExpress(hardware) ? "pcie.0" : "pci.0";
  const values = [
    // The guest's kernel does what it is set to do when it crashes, as on real hardware.
    ...["-action", "panic=none"],
    ...ports(hardware),
    ...(network.kind === "user"
      ? [
          ...["-netdev", `user,id=${UserNic.netdev},${forwardOf(network.sshPort)}`],
          ...["-device", `${nic},bus=${root},addr=${USER_NIC_SLOT}`],
        ]
      : []),
    ...(ignition === undefined
      ? []
      : IGNITION_NAMES.flatMap((name) => ["-fw_cfg", `name=${name},file=${ignition.replaceAll(",", ",,")}`])),
    ...(hardware.extraArguments ?? []),
  ];
  return element("qemu:commandline", {}, ...values.map((value) => element("qemu:arg", { value })));
}

const hex = (number: number): string => `0x${number.toString(16)}`;

/** Places for interfaces, of which libvirt 9 adds none of the kind that a private network takes. */
function ports(hardware: Hardware): readonly string[] {
  return HOT_PLUG_PORTS.flatMap((id, index) => {
    const chassis = FIRST_CHASSIS + index;
    if (!isPciExpress(hardware)) {
      return ["-device", `pci-bridge,id=${id},bus=pci.0,chassis_nr=${chassis},addr=${hex(FIRST_PORT_SLOT + index)}`];
    }
    const place = `addr=${hex(FIRST_PORT_SLOT)}.${hex(index)}${index === 0 ? ",multifunction=on" : ""}`;
    return ["-device", `pcie-root-port,id=${id},bus=pcie.0,chassis=${chassis},io-reserve=0,${place}`];
  });
}
