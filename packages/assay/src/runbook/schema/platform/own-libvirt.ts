import { choice, flag, integer, standing, text } from "../kinds.ts";
import { unsupported } from "../unsupported.ts";
import { libvirtMachine, libvirtPlatform } from "./libvirt.ts";
import { qemuHardware } from "./qemu-hardware.ts";
import { sections } from "./section.ts";

const off = { unless: [false] };
const harmless = { isHarmless: true };

/** Assay's platform over libvirt, with the keys of LISA's platforms that stand on it. */
const table = {
  uri: text("libvirt to use: qemu:///session, qemu:///system or qemu+ssh://user@host/system"),
  network: standing(text("'user', or the name of a network of libvirt that gives addresses"), "user"),
  storage: standing(text("storage pool for images and disks, which is made when it is not there"), "assay"),
  fork: standing(flag("whether machines are copies of one that was booted once"), true),
  image: text("name of an image recipe or path of an image"),
  qcow2: text("path of a qcow2 image"),
  image_checksum: text("what the image must be: sha256:HEX, sha512:HEX or a file with checksums"),
  disk_img: libvirtMachine.disk_img,
  disk_img_format: unsupported(libvirtMachine.disk_img_format, harmless),
  disk_img_resize_gib: libvirtMachine.disk_img_resize_gib,
  seed: choice(["nocloud", "config_drive", "none"], "what makes the account at the first boot"),
  cloud_init: libvirtMachine.cloud_init,
  ignition: libvirtMachine.ignition,
  kernel: text("kernel to boot: a file, a Debian package, or a flavour or release for an image of a recipe"),
  initrd: text("initial RAM disk of the kernel"),
  cmdline: text("kernel parameters that are added to the image's own"),
  firmware_type: standing(choice(["uefi", "bios"], "firmware of the machine"), "uefi"),
  enable_secure_boot: libvirtMachine.enable_secure_boot,
  tpm: standing(flag("a TPM 2.0 in every machine"), false),
  ...qemuHardware,
  machine_type: standing(text("board: q35, pc or one of their versions such as pc-q35-7.2"), "q35"),
  memory_mb: standing(integer("memory in MiB", { minimum: 256, maximum: 4_194_304 }), 1024),
  cores: standing(integer("processors", { minimum: 1, maximum: 255 }), 2),
  acceleration: standing(choice(["auto", "kvm", "tcg"], "how the guest's processor is run"), "auto"),
  boot_timeout: integer("seconds from power-on until SSH answers; without it 120 under KVM, 900 without", {
    minimum: 1,
    maximum: 86_400,
  }),
  network_boot_timeout: integer(
    "seconds until a machine must have an address of a network; without it 'boot_timeout'",
    {
      minimum: 1,
      maximum: 86_400,
    },
  ),
  template_cache_mb: standing(
    integer("bound of the templates that are kept between runs, in MB", { minimum: 0, maximum: 1_073_741_824 }),
    8192,
  ),
  hosts: libvirtPlatform.hosts,
  capture_libvirt_debug_logs: unsupported(libvirtPlatform.capture_libvirt_debug_logs, { ...off, ...harmless }),
  device_passthrough: unsupported(libvirtMachine.device_passthrough),
  device_pools: unsupported(libvirtPlatform.device_pools),
};

/** What the platform takes may stand in either place. */
export const libvirt = sections("libvirt", table, table);
