import type { Suite } from "assay/suite";
import azureImageStandard from "./azure_image_standard/azure-image-standard.ts";
import cpu from "./core/cpu.ts";
import dhcp from "./core/dhcp.ts";
import floppy from "./core/floppy.ts";
import kernelDebug from "./core/kernel-debug.ts";
import machineLifeDemo from "./demo/machine-life-demo.ts";
import multipleNodesDemo from "./demo/multiple-nodes-demo.ts";
import nestedVirtualizationDemo from "./demo/nested-virtualization-demo.ts";
import securityProfileDemo from "./demo/security-profile-demo.ts";
import synthetic from "./network/synthetic.ts";
import provisioning from "./provisioning/provisioning.ts";
import serialConsole from "./serial_console/serial-console-suite.ts";
import sriov from "./sriov/sriov.ts";
import storage from "./storage/storage.ts";
import timeSync from "./time/time-sync.ts";
import vmResize from "./vm_resize/vm-resize.ts";

/** The built-in catalogue, in the order in which `assay list` shows it. */
export const suites: readonly Suite[] = [
  provisioning,
  azureImageStandard,
  cpu,
  dhcp,
  floppy,
  kernelDebug,
  serialConsole,
  sriov,
  storage,
  synthetic,
  timeSync,
  vmResize,
  multipleNodesDemo,
  machineLifeDemo,
  nestedVirtualizationDemo,
  securityProfileDemo,
];
