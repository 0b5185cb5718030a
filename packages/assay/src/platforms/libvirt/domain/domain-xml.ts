import { IGNITION_NAMES } from "../../qemu/machine/ignition.ts";
import { type DomainMark, markElement } from "./mark.ts";
import { element, toXml, type XmlElement } from "./xml.ts";

/** Everything libvirt is told about one machine. */
export interface DomainSpec {
  /** {@link domainName}. */
  readonly name: string;
  readonly uuid: string;
  readonly mark: DomainMark;
  readonly accelerator: "kvm" | "tcg";
  readonly machineType: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly firmware: "uefi" | "secure-boot" | "bios";
  /** Path on libvirt's host; qcow2. */
  readonly disk: string;
  /** Disk for cloud-init, raw; undefined for a machine without one. */
  readonly seed: string | undefined;
  /** File for Ignition; undefined for a machine without one. */
  readonly ignition: string | undefined;
  readonly network: DomainNetwork;
  /** Interface to the private network of its environment; undefined for a machine that has none. */
  readonly privateNic: PrivateNic | undefined;
}

/** `user`: `sshPort` of the host's loopback leads to the guest's SSH server. */
export type DomainNetwork =
  | { readonly kind: "user"; readonly sshPort: number }
  | { readonly kind: "network"; readonly name: string; readonly mac: string };

/** A wire to assay's switch, which listens on `port` of the host's loopback. */
export interface PrivateNic {
  readonly mac: string;
  readonly port: number;
}

const QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";

/** Place of the interface that libvirt knows nothing of, above those it hands out itself. */
const USER_NIC_SLOT = "0x18";
/**
 * Places on a q35 machine, which takes none on its root bus once it runs: libvirt puts its own devices into the first
 * five or six, and eight are left for disks and interfaces to come.
 */
const PORTS = 14;

/** The XML of a domain. */
export function domainXml(spec: DomainSpec): string {
  const { accelerator, mark } = spec;
  return toXml(
    element(
      "domain",
      { type: accelerator === "kvm" ? "kvm" : "qemu", "xmlns:qemu": QEMU_NAMESPACE },
      element("name", {}, spec.name),
      element("uuid", {}, spec.uuid),
      element("metadata", {}, markElement(mark)),
      element("memory", { unit: "MiB" }, `${spec.memoryMb}`),
      element("vcpu", {}, `${spec.cores}`),
      osElement(spec),
      element(
        "features",
        {},
        element("acpi"),
        element("apic"),
        spec.firmware === "secure-boot" ? element("smm", { state: "on" }) : undefined,
      ),
      accelerator === "kvm"
        ? element("cpu", { mode: "host-passthrough", migratable: "on" })
        : element("cpu", { mode: "maximum" }),
      element("clock", { offset: "utc" }),
      element("on_poweroff", {}, "destroy"),
      element("on_reboot", {}, "restart"),
      // As real hardware does, so that the guest's kernel can be looked at.
      element("on_crash", {}, "preserve"),
      element("devices", {}, ...devices(spec)),
      commandLine(spec),
    ),
  );
}

function osElement({ firmware, machineType }: DomainSpec): XmlElement {
  const yes = firmware === "secure-boot" ? "yes" : "no";
  const feature = (name: string) => element("feature", { enabled: yes, name });
  return element(
    "os",
    firmware === "bios" ? {} : { firmware: "efi" },
    element("type", { arch: "x86_64", machine: machineType }, "hvm"),
    firmware === "bios"
      ? undefined
      : element(
          "firmware",
          {},
          ...(firmware === "secure-boot" ? [feature("enrolled-keys")] : []),
          feature("secure-boot"),
        ),
    element("boot", { dev: "hd" }),
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    firmware === "bios" ? element("bios", { useserial: "yes" }) : undefined,
  );
}

function devices({ disk, machineType, network, privateNic, seed }: DomainSpec): readonly XmlElement[] {
  const isPciExpress = !/^pc|i440fx/.test(machineType);
  return [
    element(
      "disk",
      { type: "file", device: "disk" },
      // What a machine loses when its host fails, nobody wants back.
      element("driver", { name: "qemu", type: "qcow2", cache: "unsafe", discard: "unmap" }),
      element("source", { file: disk }),
      element("target", { dev: "vda", bus: "virtio" }),
    ),
    ...(seed === undefined
      ? []
      : [
          element(
            "disk",
            { type: "file", device: "cdrom" },
            element("driver", { name: "qemu", type: "raw" }),
            element("source", { file: seed }),
            element("target", { dev: "sda", bus: "scsi" }),
            element("readonly"),
          ),
        ]),
    element("controller", { type: "scsi", index: 0, model: "virtio-scsi" }),
    ...(isPciExpress ? ports() : []),
    // Nothing is plugged into it, and kernels spend time on it.
    element("controller", { type: "usb", model: "none" }),
    ...(network.kind === "network"
      ? [
          element(
            "interface",
            { type: "network" },
            element("mac", { address: network.mac }),
            element("source", { network: network.name }),
            element("model", { type: "virtio" }),
          ),
        ]
      : []),
    ...(privateNic === undefined ? [] : [privateInterface(privateNic)]),
    element("serial", { type: "pty" }, element("target", { port: 0 })),
    element("console", { type: "pty" }, element("target", { type: "serial", port: 0 })),
    element("video", {}, element("model", { type: "vga", vram: 16_384, heads: 1 })),
    element("rng", { model: "virtio" }, element("backend", { model: "builtin" })),
    element("memballoon", { model: "virtio" }),
  ];
}

function ports(): readonly XmlElement[] {
  return Array.from({ length: PORTS + 1 }, (_, index) =>
    element("controller", { type: "pci", index, model: index === 0 ? "pcie-root" : "pcie-root-port" }),
  );
}

function privateInterface({ mac, port }: PrivateNic): XmlElement {
  return element(
    "interface",
    { type: "client" },
    element("mac", { address: mac }),
    element("source", { address: "127.0.0.1", port }),
    element("model", { type: "virtio" }),
    // The first boot shall find one network, as that of a machine alone does.
    element("link", { state: "down" }),
  );
}

/** How QEMU is told of the way in; a saved machine that goes on elsewhere gets another one. */
export const forwardOf = (sshPort: number): string => `hostfwd=tcp:127.0.0.1:${sshPort}-:22`;

/** What libvirt has no words for in all its versions. */
function commandLine({ ignition, network }: DomainSpec): XmlElement | undefined {
  const values = [
    ...(network.kind === "user"
      ? [
          ...["-netdev", `user,id=assay0,${forwardOf(network.sshPort)}`],
          ...["-device", `virtio-net-pci,netdev=assay0,romfile=,bus=pcie.0,addr=${USER_NIC_SLOT}`],
        ]
      : []),
    ...(ignition === undefined
      ? []
      : IGNITION_NAMES.flatMap((name) => ["-fw_cfg", `name=${name},file=${ignition.replaceAll(",", ",,")}`])),
  ];
  if (values.length === 0) return undefined;
  return element("qemu:commandline", {}, ...values.map((value) => element("qemu:arg", { value })));
}
