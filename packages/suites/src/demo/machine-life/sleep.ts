import { type Node, sh } from "assay";
import { Hibernation, StartStop } from "assay/features";
import { type CaseContext, minutes, seconds } from "assay/suite";

/** The runbook variable `sleep_timeout` (seconds) changes it. */
const DEFAULT_PATIENCE_S = 600;
const RESUME_MS = minutes(10);

export async function verifyHibernation(context: CaseContext): Promise<void> {
  const { node, signal, expect, metric } = context;
  const power = node.feature(StartStop);
  const before = await leaveTraces(node);
  await power.stop({ state: "hibernate", timeoutMs: patience(context), signal });
  const status = await power.status();
  expect(status === "off", `'${node.name}' is '${status}' after it hibernated; it has to be 'off'.`);
  const startedMs = performance.now();
  await power.start({ signal });
  await node.shell.reconnect({ timeoutMs: RESUME_MS, signal });
  metric("resume", Math.round((performance.now() - startedMs) / 100) / 10, "s", { relativity: "LowerIsBetter" });
  await expectTraces(context, before);
}

export async function verifySuspend(context: CaseContext): Promise<void> {
  const { node, signal, expect } = context;
  const sleep = node.feature(Hibernation);
  const before = await leaveTraces(node);
  await sleep.suspend({ timeoutMs: patience(context), signal });
  const status = await node.feature(StartStop).status();
  expect(status === "suspended", `'${node.name}' is '${status}' after it went to sleep; it has to be 'suspended'.`);
  await sleep.wake({ signal });
  await expectTraces(context, before);
}

const patience = ({ variables }: CaseContext): number => seconds(Number(variables.sleep_timeout ?? DEFAULT_PATIENCE_S));

/** What only this boot can know. */
interface Traces {
  readonly bootId: string;
  readonly pid: number;
}

async function leaveTraces(node: Node): Promise<Traces> {
  const told = await node.text(sh`sleep 86400 </dev/null >/dev/null 2>&1 & echo $!
cat /proc/sys/kernel/random/boot_id`);
  const [pid, bootId = ""] = told.split("\n");
  return { bootId, pid: Number(pid) };
}

async function expectTraces({ node, expect }: CaseContext, { bootId, pid }: Traces): Promise<void> {
  const [now, command] = (
    await node.text(sh`cat /proc/sys/kernel/random/boot_id
cat /proc/${pid}/comm 2>/dev/null; kill ${pid} 2>/dev/null; exit 0`)
  ).split("\n");
  expect(now === bootId, `'${node.name}' booted anew and did not resume: its boot id was '${bootId}' and is '${now}'.`);
  expect(command === "sleep", `A process that ran on '${node.name}' before it slept is gone.`);
}
