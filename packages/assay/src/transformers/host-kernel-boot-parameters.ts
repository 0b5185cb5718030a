import { CommandFailed, UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";
import type { ShellText } from "../node/shell/types.ts";
import { Cat } from "../tools/cat.ts";
import { needText, nodeOf } from "./inputs.ts";
import { rebootNode } from "./reboot-node.ts";
import type { Transformer } from "./transformer.ts";

const DEFAULT_REBOOT_SECONDS = 900;
const CHANGE_TIMEOUT_MS = 600_000;

/** Adds parameters to the kernel's command line, reboots, and looks whether they are there. */
export const hostKernelBootParameters: Transformer = {
  type: "host_kernel_boot_parameters",
  async run(inputs, context) {
    const node = nodeOf(context);
    const words = needText(inputs, "parameters").trim().split(/\s+/);
    await node.text(await changeOf(node, words), { sudo: true, timeoutMs: CHANGE_TIMEOUT_MS });
    const seconds = typeof inputs.reboot_timeout === "number" ? inputs.reboot_timeout : DEFAULT_REBOOT_SECONDS;
    await rebootNode(node, context, seconds * 1000);
    const commandLine = await node.tool(Cat).value("/proc/cmdline");
    const missing = missingParameters(commandLine, words);
    if (missing.length === 0) return {};
    throw new CommandFailed(
      `After the reboot the kernel of '${node.name}' was not given ${missing.join(" ")}: ${commandLine}`,
      undefined,
      { help: "Look which boot loader configuration the node really boots from." },
    );
  },
};

/** Parameters that a command line does not give; of several values of one name the last counts. */
export function missingParameters(commandLine: string, words: readonly string[]): readonly string[] {
  const given = new Map(commandLine.split(/\s+/).map((word) => [nameOf(word), word]));
  return words.filter((word) => given.get(nameOf(word)) !== word);
}

const nameOf = (word: string): string => word.split("=")[0] ?? word;

/** What changes the boot loader's configuration, by family of distributions. */
async function changeOf(node: Node, words: readonly string[]): Promise<ShellText> {
  const { family, id } = await node.facts();
  switch (family) {
    case "debian": {
      // The last file wins, and the kernel takes the last value of a name.
      const file = "/etc/default/grub.d/zz-assay.cfg";
      const line = `GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words.join(" ")}"`;
      return sh`mkdir -p /etc/default/grub.d && printf '%s\n' ${line} >> ${file} && update-grub`;
    }
    case "redhat":
    case "azurelinux":
      return sh`grubby --update-kernel=ALL --args=${words.join(" ")}`;
    case "suse": {
      const line = `GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words.join(" ")}"`;
      return sh`printf '%s\n' ${line} >> /etc/default/grub && grub2-mkconfig -o /boot/grub2/grub.cfg`;
    }
    default:
      throw new UsageError(`It is not known how the distribution '${id}' is given kernel parameters.`);
  }
}
