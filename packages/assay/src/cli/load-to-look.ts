import type { CheckedRunbook } from "../engine/checked-runbook.ts";
import { checkedRunbook } from "../engine/checked-runbook.ts";
import { type LoadRunbookOptions, loadRunbook } from "../engine/index.ts";
import { opened } from "../engine/runbook-file.ts";

/** A runbook that is only looked at: its warnings go to standard error. Throws RunbookError when it has errors. */
export async function loadToLook(path: string, options: LoadRunbookOptions): Promise<CheckedRunbook> {
  const file = await loadRunbook(path, { environment: process.env, ...options });
  const warn = (_: unknown, text: string): void => void process.stderr.write(`${text}\n`);
  return checkedRunbook(opened(file), { purpose: "look", warn });
}
