import { sh } from "assay";
import serialConsole from "../../../packages/suites/src/serial_console/serial-console-suite.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(serialConsole, {
  verify_serial_console: {
    defects: {
      "nobody listens at the serial port": {
        plant: sh`systemctl mask --now serial-getty@ttyS0.service`,
        variables: { serial_console_timeout: 12 },
        message: "The serial console of 'node-0' did not answer within 12 s to what was typed.",
      },
    },
  },
});
