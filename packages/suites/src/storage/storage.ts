import { suite } from "assay/suite";
import { verifyDisksDeviceTimeout } from "./device-timeout.ts";
import { verifyOsPartitionIdentifier } from "./os-partition.ts";
import { verifySwap } from "./swap.ts";

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
});
