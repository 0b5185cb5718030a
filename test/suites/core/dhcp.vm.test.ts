import { sh } from "assay";
import dhcp from "../../../packages/suites/src/core/dhcp.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(dhcp, {
  verify_dhcp_client_timeout: {
    defects: {
      "dhclient gives up after a minute": {
        plant: sh`mkdir -p /etc/dhcp && echo 'timeout 60;' >> /etc/dhcp/dhclient.conf`,
        message: "The DHCP client of 'node-0' gives up after 60 s; it must wait at least 300 s.",
      },
    },
  },
});
