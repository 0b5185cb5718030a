import { AssayError } from "../../errors/assay-error.ts";
import { CommandFailed, UsageError } from "../../errors/catalogue.ts";
import { flagOf, mappingOf, nodeOf } from "../inputs.ts";
import { rebootNode } from "../reboot-node.ts";
import type { Inputs, Outputs, Transformer, TransformerContext } from "../transformer.ts";
import { bootNext } from "./boot-next.ts";
import { installFromPpa, installFromRepo } from "./from-apt.ts";
import { installFromRpm } from "./from-rpm.ts";
import type { InstallKernel } from "./installed-kernel.ts";
import { installFromSource } from "./source/install-from-source.ts";

const INSTALLERS: Readonly<Record<string, InstallKernel>> = {
  repo: installFromRepo,
  ppa: installFromPpa,
  rpm: installFromRpm,
  source: installFromSource,
};

/** Installs a kernel, boots it, and looks whether another one than before runs. */
export const kernelInstaller: Transformer = {
  type: "kernel_installer",
  async run(inputs, context) {
    try {
      return { information: await installAndBoot(inputs, context), is_success: true };
    } catch (error) {
      if (!(error instanceof AssayError) || flagOf(inputs, "raise_exception", true)) throw error;
      context.log.warn(`The kernel could not be installed: ${error.message}`);
      return { information: {}, is_success: false };
    }
  },
};

async function installAndBoot(inputs: Inputs, context: TransformerContext): Promise<Outputs> {
  const node = nodeOf(context);
  const installer = mappingOf(inputs, "installer");
  const install = INSTALLERS[String(installer.type)];
  if (install === undefined)
    throw new UsageError(`A kernel cannot be installed as '${installer.type}' by this version.`);
  const before = (await node.facts()).kernelRelease;
  context.log.info(`The kernel of '${node.name}' is ${before}.`);
  const { release, information } = await install(installer, node, context);
  if (release !== undefined) await bootNext(node, release, context.log);
  await rebootNode(node, context);
  const after = (await node.facts()).kernelRelease;
  context.log.info(`The kernel of '${node.name}' is ${after} now.`);
  if (after === before && flagOf(inputs, "check_kernel_version", true)) {
    throw new CommandFailed(`After the installation the kernel of '${node.name}' is still ${before}.`, undefined, {
      help: "Another kernel may come first in the boot menu. 'check_kernel_version: false' allows this.",
    });
  }
  return { ...information, kernel_before: before, kernel: after };
}
