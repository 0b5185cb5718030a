import { sh } from "assay";
import type { Defect, Proof } from "../prove-suite.ts";

/** Each disk costs an emulated guest seconds; two show all that many do, and variants differ with one already. */
const TWO_DISKS = { max_disks_to_add: 2 };
const ONE_DISK = { max_disks_to_add: 1 };

/** A disk of the guest's own comes with the first that is added. */
const uninvited: Defect = {
  plant: sh`echo 'ACTION=="add", KERNEL=="sda", RUN+="/sbin/modprobe scsi_debug dev_size_mb=8"' > /etc/udev/rules.d/90-uninvited.rules`,
  message: "has 2 new disks instead of 1",
};

/** udev corrects what disks tell of themselves. */
const misjudged = (rotational: 0 | 1): Defect => ({
  plant: sh`echo 'ACTION=="add", KERNEL=="sd[a-z]", ATTR{queue/rotational}="${rotational}"' > /etc/udev/rules.d/90-medium.rules`,
  message: `takes '/dev/sda' for ${rotational === 1 ? "rotating; a solid-state" : "solid-state; a rotating"} disk was added.`,
});

/** The kernel's driver of the controller is gone, and disks come to nobody. */
const deaf: Defect = {
  plant: sh`for controller in /sys/bus/virtio/drivers/virtio_scsi/virtio*; do basename "$controller" > /sys/bus/virtio/drivers/virtio_scsi/unbind; done`,
  message: "The guest did not see",
};

/** How each case of the suite is proven. */
export const storageProofs: Readonly<Record<string, Proof>> = {
  verify_hot_add_disk_serial: {
    variables: TWO_DISKS,
    defects: { "the kernel sees no disks that come": deaf },
  },
  verify_hot_add_disk_serial_standard_ssd: {
    variables: ONE_DISK,
    defects: { "solid-state disks are taken for rotating ones": misjudged(1) },
  },
  verify_hot_add_disk_serial_premium_ssd: {
    variables: ONE_DISK,
    defects: { "another disk comes with the one that was added": uninvited },
  },
  verify_hot_add_disk_parallel: {
    variables: TWO_DISKS,
    defects: { "rotating disks are taken for solid-state ones": misjudged(0) },
  },
  verify_hot_add_disk_parallel_standard_ssd: {
    variables: ONE_DISK,
    defects: { "solid-state disks are taken for rotating ones": misjudged(1) },
  },
  verify_hot_add_disk_parallel_premium_ssd: {
    variables: ONE_DISK,
    defects: {
      "another disk comes with the one that was added": uninvited,
    },
  },
  verify_hot_add_disk_serial_random_lun_standard_ssd: {
    variables: TWO_DISKS,
    defects: { "another disk comes with the one that was added": uninvited },
  },
  verify_hot_add_disk_serial_random_lun_premium_ssd: {
    variables: ONE_DISK,
    defects: { "solid-state disks are taken for rotating ones": misjudged(1) },
  },
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
};

/** Variants of the first: other media, more at once, other places. */
export const LONGER: readonly string[] = [
  "verify_hot_add_disk_serial_standard_ssd",
  "verify_hot_add_disk_serial_premium_ssd",
  "verify_hot_add_disk_parallel",
  "verify_hot_add_disk_parallel_standard_ssd",
  "verify_hot_add_disk_parallel_premium_ssd",
  "verify_hot_add_disk_serial_random_lun_standard_ssd",
  "verify_hot_add_disk_serial_random_lun_premium_ssd",
];
