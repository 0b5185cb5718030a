import { choice, flag, integer, standing, text } from "../kinds.ts";
import { unsupported } from "../unsupported.ts";
import { libvirtMachine, libvirtPlatform } from "./libvirt.ts";
import { qemuHardware } from "./qemu-hardware.ts";
import { sections } from "./section.ts";

const off = { unless: [false] };
const harmless = { isHarmless: true };

/** Assay's own platform. Of the keys of LISA's it has those that name the image; the others are read and told. */
const table = {
  image: text("name of an image recipe or path of an image"),
  qcow2: text("path of a qcow2 image"),
  image_checksum: text("what the image must be: sha256:HEX, sha512:HEX or a file with checksums"),
  disk_img: libvirtMachine.disk_img,
  seed: choice(["nocloud", "config_drive", "none"], "what makes the account at the first boot"),
  cloud_init: libvirtMachine.cloud_init,
  ignition: libvirtMachine.ignition,
  kernel: text("kernel to boot: a file, a Debian package, or a flavour or release for an image of a recipe"),
  initrd: text("initial RAM disk of the kernel"),
  cmdline: text("kernel parameters that are added to the image's own"),
  firmware_type: standing(choice(["uefi", "bios"], "firmware of the machine"), "uefi"),
  memory_mb: standing(integer("memory in MiB", { minimum: 256, maximum: 4_194_304 }), 1024),
  cores: standing(integer("processors", { minimum: 1, maximum: 255 }), 2),
  boot_timeout: integer("seconds from power-on until SSH answers; without it 120 under KVM, 900 without", {
    minimum: 1,
    maximum: 86_400,
  }),
  acceleration: standing(choice(["auto", "kvm", "tcg"], "how the guest's processor is run"), "auto"),
  first_contact: standing(choice(["agent", "ssh"], "how commands reach a fork before SSH is needed"), "agent"),
  qemu_binary: text("name or path of the emulator; without it qemu-system- and the architecture"),
  template_cache_mb: standing(
    integer("bound of the templates kept between runs", { minimum: 0, maximum: 1_073_741_824 }),
    8192,
  ),
  disk_img_format: unsupported(libvirtMachine.disk_img_format, harmless),
  disk_img_resize_gib: libvirtMachine.disk_img_resize_gib,
  ...qemuHardware,
  enable_secure_boot: libvirtMachine.enable_secure_boot,
  arch: choice(
    ["x86_64", "aarch64", "x64", "amd64", "arm64"],
    "architecture of the machine; without it that of the image where it is of a recipe, else x86_64",
  ),
  tpm: standing(flag("whether every machine has a TPM 2.0"), false),
  device_passthrough: unsupported(libvirtMachine.device_passthrough),
  device_pools: unsupported(libvirtPlatform.device_pools),
  hosts: unsupported(libvirtPlatform.hosts),
  network_boot_timeout: unsupported(libvirtPlatform.network_boot_timeout, harmless),
  capture_libvirt_debug_logs: unsupported(libvirtPlatform.capture_libvirt_debug_logs, { ...off, ...harmless }),
};

/** What assay's own platform takes may stand in either place. */
export const qemu = sections("qemu", table, table);
