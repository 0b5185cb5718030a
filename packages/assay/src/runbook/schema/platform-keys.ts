import { fields } from "./field.ts";
import { choice, flag, integer, later, text } from "./kinds.ts";

/**
 * Keys of the section of each platform, as `platform[].<type>` and `platform[].requirement.<type>` hold them. The values
 * are handed to the platform as they are; the keys of LISA's own qemu platform that assay's does not have are told.
 */
export const PLATFORM_KEYS = {
  local: fields({}, { code: "S15" }),
  ready: fields({ reuse_dirty_env: flag("use a machine again after a case marked it as dirty") }, { code: "S15" }),
  qemu: fields(
    {
      image: text("name of an image recipe or path of an image"),
      qcow2: text("path of a qcow2 image"),
      disk_img: text("path of an image"),
      firmware_type: choice(["uefi", "bios"], "firmware of the machine"),
      memory_mb: integer("memory in MiB", { minimum: 256, maximum: 4_194_304 }),
      cores: integer("processors", { minimum: 1, maximum: 255 }),
      boot_timeout: integer("seconds from power-on until SSH answers", { minimum: 1, maximum: 86_400 }),
      acceleration: choice(["auto", "kvm", "tcg"], "how the guest's processor is run"),
      first_contact: choice(["agent", "ssh"], "how commands reach a fork before SSH is needed"),
      qemu_binary: text("name or path of the emulator"),
      template_cache_mb: integer("bound of the templates kept between runs", { minimum: 0, maximum: 1_073_741_824 }),
      disk_img_format: later("format of the image, which is found out", { severity: "warning" }),
      disk_img_resize_gib: later("a larger disk"),
      machine_type: later("another machine type"),
      enable_secure_boot: later("secure boot", { unless: [false] }),
      cloud_init: later("own cloud-init data"),
      ignition: later("Ignition instead of cloud-init", { unless: [false] }),
      device_passthrough: later("devices of the host"),
      device_pools: later("devices of the host"),
      hosts: later("other hosts than this one"),
      network_boot_timeout: later("LISA's limit for an address", { severity: "warning" }),
      capture_libvirt_debug_logs: later("logs of libvirt", { severity: "warning", unless: [false] }),
    },
    { code: "S15" },
  ),
} as const;
