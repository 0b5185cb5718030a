import { sh } from "assay";
import storage from "../../../packages/suites/src/storage/storage.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(storage, {
  verify_disks_device_timeout_setting: {
    // The machine's own disk is no SCSI disk.
    prepare: sh`modprobe scsi_debug dev_size_mb=8 && udevadm settle`,
    variables: { disk_device_timeout: 30 },
    defects: {
      "a disk gives up early": {
        plant: sh`for timeout in /sys/block/sd*/device/timeout; do echo 5 > "$timeout"; done`,
        message: "have another time-out than 30 s",
      },
    },
  },
  verify_swap: {
    defects: {
      "somebody switched on a swap file": {
        plant: sh`dd if=/dev/zero of=/swapfile bs=1M count=16 status=none && chmod 600 /swapfile && mkswap --quiet /swapfile && swapon /swapfile`,
        message: "Swap is on in 'node-0' (/swapfile file",
      },
      "the agent wants swap and there is none": {
        plant: sh`echo 'ResourceDisk.EnableSwap=y' > /etc/waagent.conf`,
        message: "Swap is off in 'node-0', but 'ResourceDisk.EnableSwap' is 'y'.",
      },
    },
  },
  verify_os_partition_identifier: {
    defects: {
      "fstab names another disk": {
        plant: sh`sed -i 's|^[^#[:space:]]*\([[:space:]]*/[[:space:]]\)|UUID=00000000-dead-beef-0000-000000000000\1|' /etc/fstab`,
        message: "names the root partition 'UUID=00000000-dead-beef-0000-000000000000', which is none of",
      },
    },
  },
});
