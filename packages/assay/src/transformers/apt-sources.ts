import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";

/** Ubuntu's archives; the second holds the architectures that are not amd64 and i386. */
const UBUNTU_ARCHIVE = "http://archive.ubuntu.com/ubuntu/";
const UBUNTU_PORTS = "http://ports.ubuntu.com/ubuntu-ports/";

/** The distribution's code name, such as `noble`. Throws UsageError when os-release has none. */
export async function codeNameOf(node: Node): Promise<string> {
  const name = (await node.text(sh`. /etc/os-release && printf %s "$VERSION_CODENAME"`)).trim();
  if (name !== "") return name;
  throw new UsageError(`The distribution of '${node.name}' has no code name, which its package sources need.`);
}

/** The archive that holds packages not yet released to all. */
export async function defaultArchive(node: Node): Promise<string> {
  const { architecture } = await node.facts();
  return architecture === "x86_64" ? UBUNTU_ARCHIVE : UBUNTU_PORTS;
}

/** Adds `deb url suite components` to the node's package sources. */
export async function addAptSource(
  node: Node,
  source: { readonly name: string; readonly url: string; readonly suite: string },
): Promise<void> {
  const line = `deb ${source.url} ${source.suite} main restricted universe multiverse\n`;
  await node.shell.write(`/etc/apt/sources.list.d/${source.name}.list`, line, { sudo: true });
}
