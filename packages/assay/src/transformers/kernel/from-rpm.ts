import { CommandFailed } from "../../errors/catalogue.ts";
import { sh } from "../../node/shell/command.ts";
import { runPackageManager } from "../../os/install-packages.ts";
import { needText } from "../inputs.ts";
import { requireFamily } from "../require-family.ts";
import type { InstallKernel } from "./installed-kernel.ts";

/** Installs an rpm file of a kernel that is on the node, beside the kernels that are there. */
export const installFromRpm: InstallKernel = async (installer, node) => {
  await requireFamily(node, ["redhat", "suse", "azurelinux"]);
  const path = needText(installer, "kernel_rpm_path");
  const files = await node.text(["rpm", "-qlp", "--", path], { sudo: true });
  const release = kernelReleaseIn(files);
  if (release === undefined)
    throw new CommandFailed(`The package '${path}' on '${node.name}' holds no kernel.`, undefined);
  await runPackageManager(node, sh`rpm -ivh --oldpackage --force -- ${path}`);
  return { release, information: { package: path, version: release } };
};

/** The release whose kernel or modules a list of files holds. */
export function kernelReleaseIn(files: string): string | undefined {
  return /^\/boot\/vmlinuz-(\S+)$/m.exec(files)?.[1] ?? /^(?:\/usr)?\/lib\/modules\/([^/\s]+)\//m.exec(files)?.[1];
}
