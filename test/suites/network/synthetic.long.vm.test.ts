import { sh } from "assay";
import synthetic from "../../../packages/suites/src/network/synthetic.ts";
import { type Defect, proveSuite } from "../prove-suite.ts";

/** Address of the first interface that is added. */
const FIRST = "10.0.11.15";

/** The first added interface loses its address as soon as another one comes. */
const forgetful: Defect = {
  plant: sh`echo 'ACTION=="add", SUBSYSTEM=="net", RUN+="/sbin/ip address flush to 10.0.11.0/24"' > /etc/udev/rules.d/90-forgetful.rules`,
  message: `should have the address ${FIRST} of 'nic1' and has none.`,
};

proveSuite(synthetic, {
  verify_synthetic_provision_with_max_nics: {
    defects: {
      "an interface has no address": {
        plant: sh`ip address flush to 10.0.13.0/24`,
        message: "should have the address 10.0.13.15 of 'nic3' and has none.",
      },
      "an interface is down": {
        plant: sh`ip link set dev "$(ip -o address show to 10.0.12.0/24 | awk '{ print $2 }')" down`,
        message: "has no carrier, but 'nic2' is plugged in.",
      },
    },
  },
  verify_synthetic_add_max_nics_one_time_after_provision: {
    defects: { "an interface makes another one lose its address": forgetful },
  },
  verify_synthetic_add_max_nics_one_by_one_after_provision: {
    defects: { "an interface makes another one lose its address": forgetful },
  },
});
