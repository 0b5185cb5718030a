import { sh } from "assay";
import type { Proof } from "../prove-suite.ts";

/** What each case of the suite has to see in a guest. */
export const timeSyncProofs: Readonly<Record<string, Proof>> = {
  verify_timesync_unbind_clocksource: {
    defects: {
      "the kernel counts its own ticks": {
        plant: sh`
echo jiffies > /run/planted
mount --bind /run/planted /sys/devices/system/clocksource/clocksource0/current_clocksource`,
        message: "The clock source of 'node-0' is 'jiffies'; expected is one of",
      },
    },
  },
  verify_timesync_unbind_clockevent: {
    defects: {
      "a processor has no high resolution timer": {
        plant: sh`
sed '0,/hrtimer_interrupt/s//tick_nohz_handler/' /proc/timer_list > /run/planted
mount --bind /run/planted /proc/timer_list`,
        message: "and 1 handlers 'hrtimer_interrupt' for 2 processors",
      },
    },
  },
};

/** Those that take long: the case reboots its guest. */
export const LONGER = ["verify_timesync_unbind_clocksource"];
