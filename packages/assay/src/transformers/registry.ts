import type { Transformer } from "./transformer.ts";

type Maker = () => Promise<Transformer>;

/** Where each built-in transformer stands; it is loaded when a runbook uses it. */
const TRANSFORMERS: Readonly<Record<string, Maker>> = {
  to_list: async () => (await import("./to-list.ts")).toList,
  script: async () => (await import("./script.ts")).script,
  dump_variables: async () => (await import("./dump-variables.ts")).dumpVariables,
  script_file: async () => (await import("./script-file.ts")).scriptFile,
  file_uploader: async () => (await import("./file-uploader.ts")).fileUploader,
  file_transfer: async () => (await import("./file-transfer.ts")).fileTransfer,
  deb_package_installer: async () => (await import("./package-installers.ts")).debPackageInstaller,
  rpm_package_installer: async () => (await import("./package-installers.ts")).rpmPackageInstaller,
  install_repo_packages: async () => (await import("./package-installers.ts")).installRepoPackages,
  upgrade: async () => (await import("./upgrade.ts")).upgrade,
  kernel_installer: async () => (await import("./kernel/kernel-installer.ts")).kernelInstaller,
  kernel_source_packager: async () => (await import("./kernel/kernel-source-packager.ts")).kernelSourcePackager,
  host_kernel_boot_parameters: async () => (await import("./host-kernel-boot-parameters.ts")).hostKernelBootParameters,
  disable_cloud_components: async () => (await import("./disable-cloud-components.ts")).disableCloudComponents,
};

/** The built-in transformer of a type; undefined when there is none. */
export async function findTransformer(type: string): Promise<Transformer | undefined> {
  return Object.hasOwn(TRANSFORMERS, type) ? await TRANSFORMERS[type]?.() : undefined;
}
