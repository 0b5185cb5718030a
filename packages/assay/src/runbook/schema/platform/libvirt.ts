import { fields } from "../field.ts";
import { choice, flag, integer, list, section, standing, text } from "../kinds.ts";
import { devicePassthrough, devicePools } from "./devices.ts";
import { sections } from "./section.ts";

const hostFields = fields(
  {
    address: text("host that carries the machines"),
    username: text("account on it"),
    private_key_file: text("file with its private key"),
    lisa_working_dir: standing(text("folder on it"), "/var/tmp"),
  },
  { code: "S15" },
);

/** Cloud-init data besides the platform's own; also of guests. */
export const cloudInit = section(
  fields(
    { extra_user_data: list(text("file of user data"), "files of user data", { acceptsOne: true }) },
    { code: "S15" },
  ),
  "cloud-init data besides the platform's own",
);

/** Keys of LISA's platforms on libvirt. */
export const libvirtPlatform = {
  hosts: list(section(hostFields, "a host"), "hosts other than this one"),
  network_boot_timeout: standing(integer("seconds until a machine must have an address", { minimum: 0 }), 30),
  capture_libvirt_debug_logs: standing(flag("keep logs of libvirt"), false),
  device_pools: devicePools,
};

/** Keys of LISA's machines on libvirt. */
export const libvirtMachine = {
  disk_img: text("path of an image"),
  disk_img_format: standing(choice(["qcow2", "raw"], "format of the image"), "qcow2"),
  disk_img_resize_gib: integer("size the disk grows to, in GiB", { minimum: 1 }),
  cloud_init: cloudInit,
  ignition: standing(flag("Ignition instead of cloud-init"), false),
  firmware_type: choice(["uefi", "bios"], "firmware of the machine"),
  machine_type: text("machine type of QEMU"),
  enable_secure_boot: standing(flag("secure boot"), false),
  device_passthrough: devicePassthrough,
};

const kernel = fields(
  {
    path: text("path of the kernel"),
    is_remote_path: standing(flag("whether the path is one of the host"), false),
  },
  { code: "S15", required: ["path"] },
);

export const cloudHypervisor = sections("cloud-hypervisor", libvirtPlatform, {
  ...libvirtMachine,
  kernel: section(kernel, "kernel to boot instead of the image's"),
  kernel_boot_parameters: text("parameters of that kernel"),
  network_queue_count: integer("queues of the network interface", { minimum: 1 }),
  disk_queue_count: integer("queues of the disk", { minimum: 1 }),
  enable_iommu: standing(flag("give the machine an IOMMU"), true),
});
