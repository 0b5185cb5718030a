import { childOf, type MappingValue } from "../value.ts";
import type { FieldContext } from "./field.ts";
import { fields } from "./field.ts";
import { oneForm } from "./forms.ts";
import { choice, flag, integer, list, secret, section, standing, text } from "./kinds.ts";
import { commonNode } from "./node-kinds.ts";
import { devicePassthrough, devicePools } from "./platform/devices.ts";
import { cloudInit } from "./platform/libvirt.ts";
import { unsupported } from "./unsupported.ts";
import type { Variants } from "./variant.ts";

const LENIENT = { isLenientUpstream: true } as const;
const PORT = { minimum: 1, maximum: 65_535 } as const;
const INTERFACE = /^[A-Za-z0-9_.-]{0,15}$/;
const interfaceRules = { pattern: INTERFACE, wants: "a name of at most 15 letters, digits, '_', '.' and '-'" };

const commonGuest = {
  ...commonNode,
  reinstall: standing(flag("install the guest anew"), false),
  use_parent_capability: standing(flag("the guest claims what its host has"), true),
};

const network = {
  mode: standing(choice(["user", "tap"], "network of the guest"), "user"),
  device: choice(["synthetic", "virtio"], "network device"),
  queue_count: integer("queues of the device", PORT),
  shared_subnet: unsupported(standing(flag("guests share one subnet; needs a tap and a bridge"), false), {
    unless: [false],
  }),
  connection_mode: standing(choice(["forwarded_port", "host_proxy"], "how the guest is reached"), "forwarded_port"),
  address_mode: standing(choice(["discover", "static"], "how its address is known"), "discover"),
  tap_name: text("tap interface of the host", interfaceRules),
  bridge_name: text("bridge of the host", interfaceRules),
  tap_host_cidr: standing(text("address of the host at the tap"), "10.0.0.1/24"),
  guest_address: text("address of the guest"),
  connection_address: text("address to connect to"),
  consomme_cidr: text("subnet of the user network"),
  ssh_port: standing(integer("port of SSH in the guest", PORT), 22),
  forward_ssh_port: standing(flag("forward a port of the host; only with a tap"), false),
  forwarded_port: standing(integer("that port; 0 forwards none", { minimum: 0, maximum: 65_535 }), 0),
};
const networkFields = fields(network, LENIENT);

const uefi = fields(
  {
    firmware_path: text("path of the firmware"),
    firmware_is_remote_path: standing(flag("whether the path is one of the host"), false),
  },
  { ...LENIENT, required: ["firmware_path"] },
);

const wslFields = fields(
  {
    ...commonGuest,
    wsl_version: standing(choice(["prerelease", "stable"], "release of WSL"), "prerelease"),
    distro: standing(text("distribution"), "Ubuntu-24.04"),
    kernel: standing(text("path of another kernel"), ""),
    debug_console: standing(flag("open the debug console"), false),
  },
  LENIENT,
);

const openvmmFields = fields(
  {
    ...commonGuest,
    username: standing(text("account"), "root"),
    password: secret(text("its password")),
    private_key_file: text("file with its private key"),
    cloud_init: cloudInit,
    lisa_working_dir: standing(text("folder on the host"), "/var/tmp"),
    boot_mode: standing(choice(["uefi"], "how the guest boots"), "uefi"),
    uefi: section(uefi, "firmware of the guest"),
    disk_img: text("path of the image"),
    disk_img_is_remote_path: standing(flag("whether the path is one of the host"), false),
    disk_device: choice(["scsi", "virtio-blk"], "disk device"),
    iommu: choice(["none", "intel", "amd"], "IOMMU of the guest; needs a virtio device"),
    vps_per_socket: integer("processors of a socket", { minimum: 1 }),
    smt: standing(choice(["auto", "force", "off"], "threads of a core"), "off"),
    min_raw_disk_size_gb: standing(integer("least size of the disk in GiB", { minimum: 0 }), 0),
    openvmm_binary: standing(text("path of OpenVMM on the host"), "/usr/local/bin/openvmm"),
    serial: section(fields({ mode: choice(["file", "stderr"], "where the console goes") }, LENIENT), "serial console"),
    network: section(networkFields, "network of the guest"),
    device_pools: unsupported(devicePools),
    device_passthrough: unsupported(devicePassthrough),
    extra_args: oneForm(text("in one line"), list(text("argument"), "one by one"), "further arguments"),
  },
  { ...LENIENT, required: ["disk_img"] },
);

const qemuFields = fields(
  {
    ...commonGuest,
    image: text("recipe or path of the disk image"),
    image_is_remote_path: standing(flag("whether the path is one of the host"), false),
    username: standing(text("account"), "assay"),
    password: secret(text("its password")),
    private_key_file: text("file with its private key; its public key stands beside it in a file '.pub'"),
    cloud_init: cloudInit,
    lisa_working_dir: standing(text("folder on the host"), "/var/tmp"),
    qemu_binary: text("program on the host; 'qemu-system-' and its architecture when absent"),
    accelerator: standing(choice(["auto", "kvm", "tcg"], "how the guest's processors are made"), "auto"),
    firmware_path: text("firmware in place of QEMU's own, a path of the host"),
    boot_timeout: standing(integer("seconds until the guest takes logins", { minimum: 1 }), 600),
    extra_args: oneForm(text("in one line"), list(text("argument"), "one by one"), "further arguments"),
  },
  { required: ["image"] },
);

/** Guests of a node, in which the cases run instead of on it. */
export const GUESTS: Variants = {
  family: "guest",
  noun: "guest type",
  common: commonGuest,
  kinds: { wsl: wslFields, openvmm: openvmmFields, qemu: qemuFields },
};

/** Looks at what keys of the network of an openvmm guest ask of each other. */
export function checkGuestNetwork(guest: MappingValue, path: string, { problems }: FieldContext): void {
  const held = childOf(guest, "network");
  if (held?.kind !== "mapping") return;
  if (held.entries.some(({ value }) => value.kind === "broken")) return;
  const text = (key: keyof typeof network): string => {
    const value = childOf(held, key);
    return value?.kind === "scalar" ? String(value.value) : "";
  };
  const isTap = text("mode") === "tap";
  const isOn = (key: keyof typeof network): boolean => /^(?:t|true|on|y|yes|1)$/i.test(text(key));
  const rules: readonly (readonly [keyof typeof network, boolean, string])[] = [
    ["tap_name", isTap && text("tap_name") === "", "is needed with 'mode: tap'"],
    [
      "shared_subnet",
      isOn("shared_subnet") && !(isTap && text("bridge_name") !== ""),
      "needs 'mode: tap' and a 'bridge_name'",
    ],
    [
      "connection_mode",
      text("connection_mode") === "host_proxy" && !isTap,
      "can be 'host_proxy' only with 'mode: tap'",
    ],
    [
      "guest_address",
      text("address_mode") === "static" && text("guest_address") === "",
      "is needed with 'address_mode: static'",
    ],
    ["forward_ssh_port", isOn("forward_ssh_port") && !isTap, "needs 'mode: tap'"],
    [
      "forwarded_port",
      isOn("forward_ssh_port") && ["", "0"].includes(text("forwarded_port")),
      "must be a port from 1 to 65535 when one is forwarded",
    ],
  ];
  for (const [key, isBroken, why] of rules) {
    if (isBroken) problems.error("T02", `'${path}.network.${key}' ${why}.`, childOf(held, key) ?? held);
  }
}
