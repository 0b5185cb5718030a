import { sh } from "assay";
import nestedVirtualizationDemo from "../../../packages/suites/src/demo/nested-virtualization-demo.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(nestedVirtualizationDemo, {
  verify_nested_machine_runs: {
    defects: {
      "its kernel cannot load KVM": {
        plant: sh`modprobe -r kvm_amd kvm_intel; echo 'install kvm_amd /bin/false' > /etc/modprobe.d/planted.conf`,
        message: "has no '/dev/kvm'",
      },
      "another device has the name of KVM's": {
        plant: sh`rm /dev/kvm; mknod /dev/kvm c 1 3`,
        message: "did not run: KVM_CREATE_VM",
      },
    },
  },
});
