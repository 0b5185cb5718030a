import { sh } from "assay";
import type { Proof } from "../prove-suite.ts";

/** The boot loader finds nothing to boot and stays at its prompt. */
const noBootConfiguration = {
  plant: sh`rm /boot/grub/grub.cfg && sync`,
  message: "grub>",
};

/** How each case of the suite is proven. */
export const provisioningProofs: Readonly<Record<string, Proof>> = {
  smoke_test: { defects: { "the boot configuration is gone": noBootConfiguration } },
  smoke_test_check_serial_console_pattern: {
    variables: { serial_console_pattern: "widget\\d overheated" },
    defects: {
      "trouble is on the console already": {
        plant: sh`echo '<0>widget0 overheated' > /dev/kmsg`,
        message: "[Pre-check] The serial console of 'node-0' shows 'widget\\d overheated' 1 times before the reboot.",
      },
      "trouble comes with the next boot": {
        plant: sh`
printf '[Service]\nExecStartPre=/bin/sh -c "echo widget0 overheated > /dev/ttyS0"\n' > /run/planted.conf
install -D /run/planted.conf /etc/systemd/system/ssh.service.d/planted.conf && sync`,
        message: "[Post-check] The serial console of 'node-0' shows 'widget\\d overheated' 1 times after the reboot.",
      },
    },
  },
  verify_reboot_in_platform: { defects: { "the boot configuration is gone": noBootConfiguration } },
  verify_stop_start_in_platform: { defects: { "the boot configuration is gone": noBootConfiguration } },
  stress_reboot: {
    variables: { reboot_count: 2 },
    defects: { "the boot configuration is gone": noBootConfiguration },
  },
};

/** Those that boot their guests most often. */
export const LONGER: readonly string[] = [
  "smoke_test_check_serial_console_pattern",
  "verify_reboot_in_platform",
  "verify_stop_start_in_platform",
  "stress_reboot",
];
