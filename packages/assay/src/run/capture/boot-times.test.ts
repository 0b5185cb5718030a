import { expect, test } from "vitest";
import { parseBootTimes } from "./boot-times.ts";

test.each([
  [
    "Startup finished in 2.504s (firmware) + 1.022s (loader) + 1.5s (kernel) + 2.25s (initrd) + 1min 2.345s (userspace) = 1min 9.621s \ngraphical.target reached after 1min 2.1s in userspace.\n",
    { firmware: 2504, loader: 1022, kernel: 1500, initrd: 2250, userspace: 62_345 },
  ],
  ["Startup finished in 945ms (kernel) + 10.2s (userspace) = 11.145s", { kernel: 945, userspace: 10_200 }],
  ["Startup finished in 812us (kernel) + 1s (userspace) = 1s", { kernel: 1, userspace: 1000 }],
  ["Bootup is not yet finished (org.freedesktop.systemd1.Manager.FinishTimestampMonotonic=0).", {}],
  ["", {}],
])("%s", (text, times) => {
  expect(parseBootTimes(text)).toEqual(times);
});
