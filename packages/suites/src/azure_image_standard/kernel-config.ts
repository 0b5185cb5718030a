import type { CaseContext } from "assay/suite";
import { KernelConfig } from "assay/tools";

/** What support engineers and file shares need of any kernel. */
const ESSENTIAL = ["CONFIG_WATCHDOG", "CONFIG_CIFS"];

/** Body of verify_essential_kernel_modules. */
export async function verifyEssentialKernelModules({ node, expect }: CaseContext): Promise<void> {
  const options = await node.tool(KernelConfig).options();
  const missing = ESSENTIAL.filter((option) => !["y", "m"].includes(options.get(option) ?? ""));
  expect(missing.length === 0, `The kernel of '${node.name}' is built without ${missing.join(" and ")}.`);
}
