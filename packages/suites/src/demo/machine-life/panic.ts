import { Panic, StartStop } from "assay/features";
import { type CaseContext, seconds } from "assay/suite";

/** The runbook variable `panic_timeout` (seconds) changes it. */
const DEFAULT_PATIENCE_S = 120;

export async function verifyPanicIsTold({ node, signal, variables, expect, log }: CaseContext): Promise<void> {
  const power = node.feature(StartStop);
  const timeoutMs = seconds(Number(variables.panic_timeout ?? DEFAULT_PATIENCE_S));
  const { kind, facts } = await node.feature(Panic).trigger({ timeoutMs, signal });
  log.info(`The kernel of '${node.name}' told: ${kind} ${JSON.stringify(facts)}`);
  if (kind === "crash-loaded") return;
  const status = await power.status();
  expect(status === "panicked", `'${node.name}' is '${status}' after its kernel panicked.`);
  await power.start({ signal });
  const after = await power.status();
  expect(after === "running", `'${node.name}' is '${after}' after it was started again.`);
}
