import { sh } from "assay";
import machineLifeDemo from "../../../packages/suites/src/demo/machine-life-demo.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(machineLifeDemo, {
  verify_hibernation_resumes: {
    defects: {
      "the kernel cannot hibernate": {
        plant: sh`echo freeze mem > /run/state; mount --bind /run/state /sys/power/state`,
        message: "The kernel offers no suspend to disk (/sys/power/state: freeze mem;",
      },
    },
  },
  verify_suspend_wakes: {
    defects: {
      "the guest does not fall asleep": {
        plant: sh`echo mem > /run/state; mount --bind /run/state /sys/power/state`,
        variables: { sleep_timeout: 20 },
        message: "The guest was asked to suspend and did not within 20 s.",
      },
    },
  },
  verify_watchdog_resets: {
    defects: {
      "the guest has no watchdog": {
        plant: sh`for each in /sys/bus/pci/devices/*; do
  if [ "$(cat "$each/device")" = 0x25ab ]; then echo 1 > "$each/remove"; fi
done`,
        message: "The guest does not see the watchdog of its machine.",
      },
    },
  },
  verify_panic_is_told: {
    defects: {
      "the kernel does not know how to tell": {
        plant: sh`modprobe -r pvpanic_mmio; rm -r /lib/modules/*/kernel/drivers/misc/pvpanic`,
        variables: { panic_timeout: 20 },
        message: "The guest's kernel was crashed and told of no panic within 20 s.",
      },
    },
  },
  verify_console_login: {
    defects: {
      "nobody listens at the serial port": {
        plant: sh`systemctl mask --now serial-getty@ttyS0.service`,
        variables: { console_timeout: 12 },
        message: "The console did not print '/login: ?$/' within",
      },
    },
  },
  verify_display: {
    defects: {
      "the kernel does not draw": {
        plant: sh`for each in /sys/class/vtconsole/vtcon*; do
  if grep -q 'frame buffer' "$each/name"; then echo 0 > "$each/bind"; fi
done`,
        message: "The display of 'node-0' does not show what is written to /dev/tty1",
      },
    },
  },
});
