import { posix } from "node:path";
import { sh } from "../node/shell/command.ts";
import type { ShellText } from "../node/shell/types.ts";
import type { OsFacts } from "../os/facts.ts";
import { APT, installPackages, runPackageManager } from "../os/install-packages.ts";
import { flagOf, needText, nodeOf, textsOf } from "./inputs.ts";
import { rebootNode } from "./reboot-node.ts";
import { remoteFiles } from "./remote-files.ts";
import { requireFamily } from "./require-family.ts";
import type { Transformer } from "./transformer.ts";

interface Format {
  readonly type: string;
  readonly ending: string;
  readonly families: readonly OsFacts["family"][];
  readonly install: (paths: readonly string[]) => ShellText;
}

/** Installs package files of a folder of the node. */
function installerOf({ type, ending, families, install }: Format): Transformer {
  return {
    type,
    async run(inputs, context) {
      const node = nodeOf(context);
      await requireFamily(node, families);
      const directory = needText(inputs, "directory");
      const wanted = textsOf(inputs, "files");
      const files = await remoteFiles(node, directory, wanted.length === 0 ? ["*"] : wanted, ending);
      await runPackageManager(node, install(files.map((file) => posix.resolve("/", directory, file))));
      context.log.info(`Installed on '${node.name}': ${files.join(", ")}.`);
      if (flagOf(inputs, "reboot", false)) await rebootNode(node, context);
      return {};
    },
  };
}

/** Installs deb files; what they depend on comes from the repositories. */
export const debPackageInstaller = installerOf({
  type: "deb_package_installer",
  ending: ".deb",
  families: ["debian"],
  install: (paths) => sh`${APT} install --allow-downgrades -- ${paths}`,
});

/** Installs rpm files whatever they depend on or replace. */
export const rpmPackageInstaller = installerOf({
  type: "rpm_package_installer",
  ending: ".rpm",
  families: ["redhat", "suse", "azurelinux"],
  install: (paths) => sh`rpm -Uvh --force --nodeps -- ${paths}`,
});

/** Installs packages of the distribution's repositories. */
export const installRepoPackages: Transformer = {
  type: "install_repo_packages",
  async run(inputs, context) {
    await installPackages(nodeOf(context), textsOf(inputs, "install_packages"));
    return {};
  },
};
