import { CommandFailed } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import { sh } from "../../node/shell/command.ts";
import { Cat } from "../../tools/cat.ts";
import type { TransformerContext } from "../transformer.ts";

const GRUB_CONFIG = "/boot/grub/grub.cfg";
const DEFAULTS = "/etc/default/grub.d/zz-assay-kernel.cfg";
const TIMEOUT_MS = 600_000;

/** Makes the boot loader choose this kernel from now on. A node without a boot loader of its own is left alone. */
export async function bootNext(node: Node, release: string, log: TransformerContext["log"]): Promise<void> {
  const { family } = await node.facts();
  if (family !== "debian") {
    await node.text(["grubby", `--set-default=/boot/vmlinuz-${release}`], { sudo: true, timeoutMs: TIMEOUT_MS });
    return;
  }
  const config = await node.tool(Cat).readIfExists(GRUB_CONFIG, { sudo: true });
  if (config === undefined) {
    log.warn(`'${node.name}' has no '${GRUB_CONFIG}'; whatever boots it chooses the kernel.`);
    return;
  }
  await node.text(["update-grub"], { sudo: true, timeoutMs: TIMEOUT_MS });
  const entry = menuEntryOf(await node.tool(Cat).read(GRUB_CONFIG, { sudo: true }), release);
  if (entry === undefined) {
    throw new CommandFailed(`The boot menu of '${node.name}' has no entry for the kernel ${release}.`, undefined);
  }
  const change = sh`mkdir -p /etc/default/grub.d && printf 'GRUB_DEFAULT="%s"\n' ${entry} > ${DEFAULTS} && update-grub`;
  await node.text(change, { sudo: true, timeoutMs: TIMEOUT_MS });
}

/** The path of ids in a grub.cfg that boots a kernel, such as `submenu>entry`; its recovery entries do not count. */
export function menuEntryOf(config: string, release: string): string | undefined {
  let submenu: string | undefined;
  for (const line of config.split("\n")) {
    const [, kind, id] = /^\s*(submenu|menuentry) .*\$menuentry_id_option '([^']*)'/.exec(line) ?? [];
    if (id === undefined) {
      if (line.startsWith("}")) submenu = undefined;
    } else if (kind === "submenu") {
      submenu = id;
    } else if (id.startsWith(`gnulinux-${release}-advanced-`)) {
      return submenu === undefined ? id : `${submenu}>${id}`;
    }
  }
  return undefined;
}
