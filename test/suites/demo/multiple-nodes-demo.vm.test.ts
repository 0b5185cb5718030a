import { sh } from "assay";
import multipleNodesDemo from "../../../packages/suites/src/demo/multiple-nodes-demo.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(multipleNodesDemo, {
  os_info: {
    defects: {
      "a node has no name of its own": {
        plant: sh`hostname node-0-n1`,
        message: "The nodes cannot be told apart by their host names: 'node-0-n1', 'node-0-n1'.",
      },
      "a node does not say what it runs": {
        plant: sh`mount --bind /dev/null /etc/os-release; mount --bind /dev/null /usr/lib/os-release`,
        message: "'node-0-n0' does not say which operating system it runs",
      },
    },
  },
  verify_tcp_connection: {
    defects: {
      "a node has no way to the other": {
        plant: sh`ip route add blackhole 10.99.0.2/32`,
        message: "'node-0-n0' cannot send to 'node-0-n1' (node-0-n1 port",
      },
      "a node takes the other for someone else": {
        plant: sh`sed -i 's/^10.99.0.2 .*/10.99.0.1 node-0-n1/' /etc/hosts`,
        message: "'node-0-n0' cannot send to 'node-0-n1'",
      },
    },
  },
});
