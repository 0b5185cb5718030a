import { sh } from "assay";
import kernelDebug from "../../../packages/suites/src/core/kernel-debug.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(kernelDebug, {
  verify_enable_kprobe: {
    defects: {
      "the kernel is locked down": {
        plant: sh`echo confidentiality > /sys/kernel/security/lockdown`,
        message: "The kernel of 'node-0' refuses a probe on 'filp_close'",
      },
    },
  },
});
