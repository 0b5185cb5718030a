import { UsageError } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import { sh } from "../../node/shell/command.ts";
import { APT, runPackageManager } from "../../os/install-packages.ts";
import { addAptSource, codeNameOf, defaultArchive } from "../apt-sources.ts";
import { flagOf, needText, textOf } from "../inputs.ts";
import type { InstalledKernel, InstallKernel } from "./installed-kernel.ts";

const DEFAULT_PACKAGE = "linux-image-generic";

/** Installs a kernel package of Ubuntu's archive. */
export const installFromRepo: InstallKernel = async (installer, node) => {
  await requireUbuntu(node);
  const codeName = await codeNameOf(node);
  const isProposed = flagOf(installer, "is_proposed", true);
  const suite = isProposed ? `${codeName}-proposed` : codeName;
  if (isProposed) await addAptSource(node, { name: "assay-kernel", url: await defaultArchive(node), suite });
  return await installPackage(node, needText(installer, "source"), suite);
};

/** Installs a kernel package of a PPA. */
export const installFromPpa: InstallKernel = async (installer, node, { log }) => {
  await requireUbuntu(node);
  const key = textOf(installer, "openpgp_key");
  if (key !== undefined) {
    log.info("The key of the PPA is added.");
    await node.shell.write("/etc/apt/trusted.gpg.d/assay-kernel.asc", key, { sudo: true });
  }
  const url = needText(installer, "ppa_url");
  await runPackageManager(node, sh`add-apt-repository -y -- ${url}`);
  const codeName = await codeNameOf(node);
  const suite = flagOf(installer, "is_proposed", false) ? `${codeName}-proposed` : codeName;
  return await installPackage(node, textOf(installer, "source") ?? DEFAULT_PACKAGE, suite);
};

async function requireUbuntu(node: Node): Promise<void> {
  const { id, prettyName } = await node.facts();
  if (id === "ubuntu") return;
  throw new UsageError(`This way to install a kernel is for Ubuntu; '${node.name}' runs '${prettyName}'.`, {
    help: "Choose 'rpm' or 'source' as the installer's type.",
  });
}

async function installPackage(node: Node, name: string, suite: string): Promise<InstalledKernel> {
  await runPackageManager(node, sh`${APT} update && ${APT} install -- ${`${name}/${suite}`}`);
  const status = await node.text(["dpkg-query", "--status", "--", name]);
  const version = /^Version: (.*)$/m.exec(status)?.[1] ?? "";
  // Kernel packages depend on the image they stand for; its newest file is the one just unpacked.
  const newest = await node.text(sh`ls -1t /boot/vmlinuz-* | head -n 1`);
  const release = newest.trim().replace(/^.*\/vmlinuz-/, "");
  return { release, information: { package: name, version, suite } };
}
