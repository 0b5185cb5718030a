import { sh } from "../node/shell/command.ts";
import { APT, runPackageManager } from "../os/install-packages.ts";
import { addAptSource, codeNameOf, defaultArchive } from "./apt-sources.ts";
import { flagOf, mappingOf, nodeOf, textOf } from "./inputs.ts";
import { requireFamily } from "./require-family.ts";
import type { Transformer } from "./transformer.ts";

/** Upgrades all packages of a node of the Debian family. */
export const upgrade: Transformer = {
  type: "upgrade",
  async run(inputs, context) {
    const node = nodeOf(context);
    await requireFamily(node, ["debian"]);
    const installer = mappingOf(inputs, "installer");
    const url = textOf(installer, "repo_url");
    const isProposed = flagOf(installer, "proposed", false);
    if (url !== undefined || isProposed) {
      const suite = `${await codeNameOf(node)}${isProposed ? "-proposed" : ""}`;
      await addAptSource(node, { name: "assay-upgrade", url: url ?? (await defaultArchive(node)), suite });
    }
    const step =
      installer.type === "unattended_upgrade"
        ? sh`${APT} install unattended-upgrades && unattended-upgrade -v`
        : sh`${APT} full-upgrade`;
    await runPackageManager(node, sh`${APT} update && ${step}`);
    node.refresh();
    return {};
  },
};
