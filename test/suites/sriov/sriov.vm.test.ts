import { sh } from "assay";
import sriov from "../../../packages/suites/src/sriov/sriov.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(sriov, {
  verify_services_state: {
    defects: {
      "a service fails": {
        plant: sh`systemd-run --quiet --wait --unit planted /bin/false || true`,
        message: "The services of 'node-0' are 'degraded', not 'running'. Failed: planted.service.",
      },
    },
  },
});
