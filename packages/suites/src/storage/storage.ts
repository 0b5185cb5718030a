import { Disk } from "assay/features";
import { minutes, suite } from "assay/suite";
import { verifyDisksDeviceTimeout } from "./device-timeout.ts";
import { hotAddDisks } from "./hot-add.ts";
import { verifyOsPartitionIdentifier } from "./os-partition.ts";
import { verifySwap } from "./swap.ts";

const HDD = { type: "StandardHDDLRS", medium: "rotating" } as const;
const STANDARD_SSD = { type: "StandardSSDLRS", medium: "solid-state" } as const;
const PREMIUM_SSD = { type: "PremiumSSDLRS", medium: "solid-state" } as const;
const ONE_BY_ONE = "Disks that are added one by one are in the guest at their LUNs, and gone when they are removed.";
const AT_RANDOM = "Disks that are added at LUNs in no order are in the guest at these, and gone when they are removed.";
const AT_ONCE = "Disks that are added at the same time are in the guest at their LUNs, and gone when they are removed.";

/** Disks that come and go while the guest runs, of each kind. */
const HOT_ADD = [
  { name: "verify_hot_add_disk_serial", order: "ascending", about: ONE_BY_ONE, ...HDD },
  { name: "verify_hot_add_disk_serial_standard_ssd", order: "ascending", about: ONE_BY_ONE, ...STANDARD_SSD },
  { name: "verify_hot_add_disk_serial_premium_ssd", order: "ascending", about: ONE_BY_ONE, ...PREMIUM_SSD },
  { name: "verify_hot_add_disk_parallel", order: "parallel", about: AT_ONCE, ...HDD },
  { name: "verify_hot_add_disk_parallel_standard_ssd", order: "parallel", about: AT_ONCE, ...STANDARD_SSD },
  { name: "verify_hot_add_disk_serial_random_lun_standard_ssd", order: "random", about: AT_RANDOM, ...STANDARD_SSD },
  { name: "verify_hot_add_disk_serial_random_lun_premium_ssd", order: "random", about: AT_RANDOM, ...PREMIUM_SSD },
  { name: "verify_hot_add_disk_parallel_premium_ssd", order: "parallel", about: AT_ONCE, ...PREMIUM_SSD },
] as const;

export default suite("Storage", { area: "storage", about: "Disks, swap and the file systems on them." }, ({ test }) => {
  test(
    "verify_disks_device_timeout_setting",
    {
      about: "Every SCSI disk waits for its host as long as the image means it to.",
      priority: 2,
    },
    verifyDisksDeviceTimeout,
  );
  test(
    "verify_swap",
    { about: "Swap is on exactly when the image is configured to have it.", priority: 1 },
    verifySwap,
  );
  test(
    "verify_os_partition_identifier",
    {
      about: "The boot loader and fstab name the root partition by an identifier that it has.",
      priority: 1,
    },
    verifyOsPartitionIdentifier,
  );
  for (const { name, about, type, ...how } of HOT_ADD) {
    test(
      name,
      { about, priority: 2, timeoutMs: minutes(200), requires: { features: [Disk], disk: { dataDiskType: type } } },
      hotAddDisks(how),
    );
  }
});
