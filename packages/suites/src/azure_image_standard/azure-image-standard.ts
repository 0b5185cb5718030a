import { suite } from "assay/suite";
import { verifyGrub, verifySerialConsoleIsEnabled } from "./boot-configuration.ts";
import { verifyNoSwapOnOsDisk } from "./disks.ts";
import { verifyEssentialKernelModules } from "./kernel-config.ts";
import { verifyBootErrorFailWarnings } from "./kernel-log.ts";
import { verifyBashHistoryIsEmpty, verifyDefaultTargetpw, verifyNoPreExistUsers } from "./logins.ts";
import { verifyClientActiveInterval, verifyCloudInitErrorStatus } from "./services.ts";
import { verify64bitOs, verifyOmiVersion, verifyOpensslVersion, verifyPythonVersion } from "./versions.ts";

export default suite("AzureImageStandard", {
  area: "azure_image_standard",
  about: "What a cloud image must and must not contain before it is published.",
}, ({ test }) => {
  test(
    "verify_default_targetpw",
    { about: "Sudo asks for the caller's password, never for the target user's.", priority: 1 },
    verifyDefaultTargetpw,
  );
  test(
    "verify_grub",
    { about: "The boot configuration has no kernel argument that hides devices from the guest.", priority: 1 },
    verifyGrub,
  );
  test(
    "verify_client_active_interval",
    { about: "The SSH server probes idle clients before a load balancer cuts them off.", priority: 2 },
    verifyClientActiveInterval,
  );
  test(
    "verify_serial_console_is_enabled",
    { about: "The kernel writes to the first serial port.", priority: 1 },
    verifySerialConsoleIsEnabled,
  );
  test(
    "verify_bash_history_is_empty",
    { about: "No shell history of whoever made the image is left in it.", priority: 1, useNewEnvironment: true },
    verifyBashHistoryIsEmpty,
  );
  test(
    "verify_no_pre_exist_users",
    { about: "Nobody but the user made at deployment has a password or an SSH key.", priority: 1 },
    verifyNoPreExistUsers,
  );
  test(
    "verify_python_version",
    { about: "Python is there in a version that still gets fixes.", priority: 5 },
    verifyPythonVersion,
  );
  test(
    "verify_openssl_version",
    { about: "OpenSSL is there in a version that still gets fixes.", priority: 1 },
    verifyOpensslVersion,
  );
  test(
    "verify_omi_version",
    { about: "The management agent OMI is absent or has the fixes for its known holes.", priority: 1 },
    verifyOmiVersion,
  );
  test("verify_azure_64bit_os", { about: "The operating system is a 64-bit one.", priority: 1 }, verify64bitOs);
  test(
    "verify_essential_kernel_modules",
    { about: "The kernel has a watchdog and can mount SMB shares.", priority: 1 },
    verifyEssentialKernelModules,
  );
  test(
    "verify_cloud_init_error_status",
    { about: "What cloud-init does at the first boot ended without an error or a warning.", priority: 2 },
    verifyCloudInitErrorStatus,
  );
  test(
    "verify_boot_error_fail_warnings",
    { about: "The boot log has no error, failure or warning that is not known to be harmless.", priority: 5 },
    verifyBootErrorFailWarnings,
  );
  test(
    "verify_no_swap_on_osdisk",
    { about: "No swap lies on the disk of the operating system, where it is slow and costs money.", priority: 1 },
    verifyNoSwapOnOsDisk,
  );
});
