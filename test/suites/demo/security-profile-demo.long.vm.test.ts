import { sh } from "assay";
import securityProfileDemo from "../../../packages/suites/src/demo/security-profile-demo.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(securityProfileDemo, {
  verify_secure_boot: {
    defects: {
      "the firmware says that it checks nothing": {
        plant: sh`printf '\006\000\000\000\000' > /run/variable
mount --bind /run/variable /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`,
        message: "The firmware's variable SecureBoot is 0",
      },
    },
  },
  verify_measured_boot: {
    defects: {
      "nothing was measured": {
        plant: sh`printf '%064d\n' 0 > /run/register
for each in 0 1 2 3 4 5 6 7; do mount --bind /run/register /sys/class/tpm/tpm0/pcr-sha256/$each; done`,
        message: "Registers 0 to 7 are all zero",
      },
      "the kernel has no driver for the TPM": {
        plant: sh`echo MSFT0101:00 > /sys/bus/acpi/drivers/tpm_crb/unbind; udevadm settle`,
        message: "There is no device '/dev/tpm0'",
      },
    },
  },
});
