import { sh } from "assay";
import floppy from "../../../packages/suites/src/core/floppy.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(floppy, {
  verify_floppy_module_is_blacklisted: {
    defects: {
      // Cloud kernels bring no floppy driver, so another one that is loaded answers to its name.
      "a floppy driver is loaded": {
        plant: sh`echo "alias floppy $(sed -n '1s/ .*//p' /proc/modules)" > /etc/modprobe.d/planted.conf`,
        message: "The floppy driver is in the running kernel of 'node-0', loaded or built in.",
      },
    },
  },
});
