import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";
import { troublingLines } from "./boot-messages.ts";

/** Lines named in the verdict; the rest is in the artifact. */
const QUOTED_LINES = 10;

/**
 * Body of verify_boot_error_fail_warnings. The runbook variable `ignorable_boot_messages` (list of regular
 * expressions) adds to the built-in list of harmless lines.
 */
export async function verifyBootErrorFailWarnings(context: CaseContext): Promise<void> {
  const { node, variables } = context;
  const { log } = await gather(node, {
    log: sh`dmesg || exit; cat /var/log/syslog /var/log/messages 2>/dev/null; true`,
  });
  context.expect(log.exitCode === 0, `The kernel log of '${node.name}' cannot be read: ${log.text.trim()}`);
  const own = variables.ignorable_boot_messages;
  const ignorable = Array.isArray(own) ? own.map((pattern) => new RegExp(String(pattern))) : [];
  const lines = troublingLines(log.text, ignorable);
  if (lines.length > 0) {
    await context.artifact("boot-messages.txt", `${lines.join("\n")}\n`);
    const more = lines.length > QUOTED_LINES ? ` … and ${lines.length - QUOTED_LINES} more` : "";
    context.fail(
      `${lines.length} unexpected errors, failures or warnings in the boot log of '${node.name}':` +
        ` ${lines.slice(0, QUOTED_LINES).join(" | ")}${more}`,
    );
  }
}
