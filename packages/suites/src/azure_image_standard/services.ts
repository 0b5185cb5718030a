import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { Sshd } from "assay/tools";
import { gather } from "../gather.ts";

/** Idle connections are cut by load balancers after four minutes; the agent's own rule leaves some seconds. */
const INTERVAL_BOUND_S = 236;

/** Body of verify_client_active_interval. */
export async function verifyClientActiveInterval({ node, expect }: CaseContext): Promise<void> {
  const value = await node.tool(Sshd).setting("ClientAliveInterval");
  expect(
    value !== undefined,
    `The ClientAliveInterval configuration of OpenSSH is not found on '${node.name}'. Set it to 180.`,
  );
  const seconds = Number(value);
  expect(
    seconds > 0 && seconds < INTERVAL_BOUND_S,
    `The ClientAliveInterval configuration of OpenSSH is set to ${seconds} on '${node.name}'. Set it to 180; 30 to 235 are accepted.`,
  );
}

/** Body of verify_cloud_init_error_status. */
export async function verifyCloudInitErrorStatus({ node, expect, skip }: CaseContext): Promise<void> {
  const { family } = await node.facts();
  const found = await gather(node, {
    program: sh`command -v cloud-init`,
    log: sh`cat /var/log/cloud-init.log`,
    status: sh`command -v cloud-init >/dev/null && cloud-init status --wait --long`,
  });
  if (found.program.exitCode !== 0 && family !== "azurelinux") {
    skip("cloud-init is not installed.");
  }
  expect(
    found.log.exitCode === 0,
    `'/var/log/cloud-init.log' of '${node.name}' cannot be read: ${found.log.text.trim()}`,
  );
  const bad = found.log.text.split("\n").filter((line) => /\[(ERROR|WARNING)\]:/.test(line));
  expect(bad.length === 0, `cloud-init reports on '${node.name}': ${bad.slice(0, 5).join(" | ")}`);
  expect(
    found.status.exitCode === 0,
    `'cloud-init status' ends with ${found.status.exitCode} on '${node.name}': ${found.status.text.trim()}`,
  );
}
