import type { Hardware } from "../../qemu/hardware.ts";
import { firstDisks } from "../disks/first-disks-xml.ts";
import { commandLine, isPciExpress } from "./command-line.ts";
import { type DomainMark, markElement } from "./mark.ts";
import { processorsAndMemory } from "./processors-xml.ts";
import { element, toXml, type XmlElement } from "./xml.ts";

/** Everything libvirt is told about one machine. */
export interface DomainSpec {
  /** {@link domainName}. */
  readonly name: string;
  readonly uuid: string;
  readonly mark: DomainMark;
  readonly accelerator: "kvm" | "tcg";
  readonly hardware: Hardware;
  readonly cores: number;
  readonly memoryMb: number;
  readonly firmware: "uefi" | "secure-boot" | "bios";
  /** A TPM 2.0 of its own. */
  readonly hasTpm: boolean;
  /** Path on libvirt's host; qcow2. */
  readonly disk: string;
  /** Disk for cloud-init, raw; undefined for a machine without one. */
  readonly seed: string | undefined;
  /** Image of a disc in a drive; undefined for a machine without the drive. */
  readonly cdrom: string | undefined;
  /** File for Ignition; undefined for a machine without one. */
  readonly ignition: string | undefined;
  /** What QEMU starts itself, past the disk's boot loader; undefined for what is on the disk. */
  readonly kernel: DomainKernel | undefined;
  readonly network: DomainNetwork;
  /** Interface to the private network of its environment; undefined for a machine that has none. */
  readonly privateNic: PrivateNic | undefined;
}

/** Paths on libvirt's host. */
export interface DomainKernel {
  readonly path: string;
  readonly initrd: string | undefined;
  readonly commandLine: string;
}

/** `user`: `sshPort` of the host's loopback leads to the guest's SSH server. */
export type DomainNetwork =
  | { readonly kind: "user"; readonly sshPort: number }
  | { readonly kind: "network"; readonly name: string; readonly mac: string };

/** Aliases of interfaces that libvirt makes: to a network of its own, and to the private one. */
export const NetworkAlias = { own: "ua-net0", shared: "ua-private0" } as const;

/** A wire to assay's switch, which listens on `port` of the host's loopback. */
export interface PrivateNic {
  readonly mac: string;
  readonly port: number;
}

const QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";

/**
 * Places on a q35 machine, which takes none on its root bus once it runs: libvirt puts its own devices into the first
 * six or seven, and six are left for virtio disks to come. Interfaces have places of their own.
 */
const PORTS = 12;
/** On the root bus, where no other device of ours is: libvirt would make a bridge of two kinds for it otherwise. */
const WATCHDOG_SLOT = 0x17;

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
      ...processorsAndMemory(spec),
      osElement(spec),
      element(
        "features",
        {},
        element("acpi"),
        element("apic"),
        spec.firmware === "secure-boot" ? element("smm", { state: "on" }) : undefined,
      ),
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

function osElement({ firmware, hardware, kernel }: DomainSpec): XmlElement {
  const yes = firmware === "secure-boot" ? "yes" : "no";
  const feature = (name: string) => element("feature", { enabled: yes, name });
  return element(
    "os",
    firmware === "bios" ? {} : { firmware: "efi" },
    element("type", { arch: "x86_64", machine: hardware.machineType ?? "q35" }, "hvm"),
    firmware === "bios"
      ? undefined
      : element(
          "firmware",
          {},
          ...(firmware === "secure-boot" ? [feature("enrolled-keys")] : []),
          feature("secure-boot"),
        ),
    ...(kernel === undefined ? [element("boot", { dev: "hd" })] : kernelElements(kernel)),
    // SeaBIOS then speaks on the serial port, which is the only place where an image that does not boot can be read.
    firmware === "bios" ? element("bios", { useserial: "yes" }) : undefined,
  );
}

const kernelElements = ({ commandLine, initrd, path }: DomainKernel): readonly (XmlElement | undefined)[] => [
  element("kernel", {}, path),
  initrd === undefined ? undefined : element("initrd", {}, initrd),
  element("cmdline", {}, commandLine),
];

function devices(spec: DomainSpec): readonly (XmlElement | undefined)[] {
  const { hardware, hasTpm, network, privateNic } = spec;
  const hasPorts = isPciExpress(hardware);
  return [
    ...firstDisks(spec),
    element("controller", { type: "scsi", index: 0, model: "virtio-scsi" }),
    ...(hasPorts ? ports() : []),
    // For disks to come: libvirt adds no controller later.
    element("controller", { type: "usb", index: 0, model: "qemu-xhci" }),
    ...(network.kind === "network"
      ? [
          element(
            "interface",
            { type: "network" },
            element("mac", { address: network.mac }),
            element("source", { network: network.name }),
            nicModel(hardware),
            element("alias", { name: NetworkAlias.own }),
          ),
        ]
      : []),
    ...(privateNic === undefined ? [] : [privateInterface(privateNic, hardware)]),
    element("serial", { type: "pty" }, element("target", { port: 0 })),
    element("console", { type: "pty" }, element("target", { type: "serial", port: 0 })),
    element("video", {}, element("model", { type: "vga", vram: 16_384, heads: 1 })),
    element("rng", { model: "virtio" }, element("backend", { model: "builtin" })),
    element("memballoon", { model: "virtio", autodeflate: "on" }),
    element(
      "watchdog",
      { model: "i6300esb", action: "reset" },
      hasPorts ? element("address", { type: "pci", bus: 0, slot: WATCHDOG_SLOT }) : undefined,
    ),
    element("panic", { model: "isa" }),
    ...hostParts(hardware),
    hasTpm ? element("tpm", { model: "tpm-crb" }, element("backend", { type: "emulator", version: "2.0" })) : undefined,
  ];
}

const nicModel = ({ nicModel: type }: Hardware): XmlElement => element("model", { type: type ?? "virtio" });

/** What leads from the guest to its host. */
function hostParts({ hasVsock, share }: Hardware): readonly (XmlElement | undefined)[] {
  return [
    hasVsock === true ? element("vsock", { model: "virtio" }, element("cid", { auto: "yes" })) : undefined,
    share === undefined
      ? undefined
      : element(
          "filesystem",
          // Owners and modes of the guest's files are tried, and kept where QEMU's account may set them.
          { type: "mount", accessmode: "squash" },
          element("source", { dir: share.path }),
          element("target", { dir: share.tag }),
          share.isReadOnly ? element("readonly") : undefined,
        ),
  ];
}

function ports(): readonly XmlElement[] {
  return Array.from({ length: PORTS + 1 }, (_, index) =>
    element("controller", { type: "pci", index, model: index === 0 ? "pcie-root" : "pcie-root-port" }),
  );
}

function privateInterface({ mac, port }: PrivateNic, hardware: Hardware): XmlElement {
  return element(
    "interface",
    { type: "client" },
    element("mac", { address: mac }),
    element("source", { address: "127.0.0.1", port }),
    nicModel(hardware),
    // The first boot shall find one network, as that of a machine alone does.
    element("link", { state: "down" }),
    element("alias", { name: NetworkAlias.shared }),
  );
}
