import { CommandFailed } from "../errors/catalogue.ts";
import { sh } from "../node/shell/command.ts";
import { requireSuccess } from "../node/shell/require-success.ts";
import type { ShellText } from "../node/shell/types.ts";
import { installPackages } from "../os/install-packages.ts";
import type { PlainValue } from "../runbook/value.ts";
import { flagOf, mappingsOf, needText, nodeOf, textOf, textsOf } from "./inputs.ts";
import { rebootNode } from "./reboot-node.ts";
import type { Transformer } from "./transformer.ts";

const SCRIPT_TIMEOUT_MS = 3_600_000;

/** Runs script files of the node as root, one after the other, and tells all that ended with a wrong exit code together. */
export const scriptFile: Transformer = {
  type: "script_file",
  async run(inputs, context) {
    const node = nodeOf(context);
    await installPackages(node, textsOf(inputs, "dependent_packages"));
    const results: Record<string, PlainValue> = {};
    const wrong: string[] = [];
    for (const entry of mappingsOf(inputs, "scripts")) {
      const script = needText(entry, "script");
      // Arguments are shell text of the runbook, as its author would type them.
      const args: ShellText = { kind: "shell-text", text: textOf(entry, "args") ?? "" };
      const done = await node.run(sh`bash -- ${script} ${args}`, { sudo: true, timeoutMs: SCRIPT_TIMEOUT_MS });
      if (done.outcome.kind !== "exited") requireSuccess(done, node.name, context.signal);
      results[script] = { exit_code: done.exitCode ?? null, stdout: done.stdout, stderr: done.stderr };
      const expected = entry.expected_exit_code;
      if (typeof expected === "number" && done.exitCode !== expected) {
        const said = (done.stderr.trim() || done.stdout.trim()).split("\n").slice(-5).join("\n");
        wrong.push(`'${script}' ended with exit code ${done.exitCode} instead of ${expected}: ${said}`);
      }
    }
    if (wrong.length > 0) throw new CommandFailed(wrong.join("\n"), undefined);
    if (flagOf(inputs, "reboot", false)) await rebootNode(node, context);
    return { results };
  },
};
