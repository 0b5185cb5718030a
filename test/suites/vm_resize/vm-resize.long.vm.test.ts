import { sh } from "assay";
import vmResize from "../../../packages/suites/src/vm_resize/vm-resize.ts";
import { type Defect, proveSuite } from "../prove-suite.ts";

/** A unit that runs in each boot from now on. */
const inEachBoot = (script: string) => sh`
printf '%s\n' '[Service]' ${`ExecStart=/bin/sh -c "${script}"`} '[Install]' 'WantedBy=basic.target' > /etc/systemd/system/planted.service
systemctl --quiet enable planted.service`;

const memoryStays = (message: string): Defect => ({
  plant: sh`cp /proc/meminfo /run/planted && mount --bind /run/planted /proc/meminfo`,
  message,
});

proveSuite(vmResize, {
  verify_vm_hot_resize: {
    defects: {
      "its memory stays as it was": memoryStays("changed by 256 MiB, of which the guest sees 0."),
    },
  },
  verify_vm_hot_resize_decrease: {
    defects: {
      "its memory stays as it was": memoryStays("changed by 256 MiB, of which the guest sees 0."),
    },
  },
  verify_vm_resize_increase: {
    defects: {
      "it starts with a processor out of use": {
        plant: inEachBoot("while :; do echo 0 > /sys/devices/system/cpu/cpu1/online; sleep 0.5; done"),
        message: "'node-0' uses 2 of its 3 processors.",
      },
    },
  },
  verify_vm_resize_decrease: {
    defects: {
      "it shows another memory after the start": {
        plant: inEachBoot(
          "sed s/MemTotal:.*/MemTotal:4194304/ /proc/meminfo > /run/planted; mount --bind /run/planted /proc/meminfo",
        ),
        message: "changed by -256 MiB, of which the guest sees",
      },
    },
  },
});
