import { sh } from "assay";
import timeSync from "../../../packages/suites/src/time/time-sync.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(timeSync, {
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
});
