import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";
import { agentSetting } from "./agent-config.ts";

/** The agent sets the time-out some time after boot; without an agent nobody will. */
const AGENT_WAIT_S = 60;

/**
 * Body of verify_disks_device_timeout_setting. The wanted time-out in seconds is the runbook variable
 * `disk_device_timeout`, else `OS.RootDeviceScsiTimeout` of the agent's configuration.
 */
export async function verifyDisksDeviceTimeout({ node, variables, expect, skip }: CaseContext): Promise<void> {
  const { agent, disks } = await gather(node, {
    agent: sh`cat /etc/waagent.conf`,
    disks: sh`ls -d /sys/block/sd*/device/timeout`,
  });
  if (disks.exitCode !== 0) {
    skip("No disk has a SCSI time-out.");
  }
  const own = variables.disk_device_timeout;
  const wanted = own === undefined ? agentSetting(agent.text, "OS.RootDeviceScsiTimeout") : String(own);
  if (wanted === undefined) {
    skip("Neither 'disk_device_timeout' nor the agent's 'OS.RootDeviceScsiTimeout' says how long disks have to wait.");
  }
  const seconds = Number(wanted);
  expect(Number.isInteger(seconds), `The wanted disk time-out '${wanted}' is not a number of seconds.`);
  // sysfs tells of no change, so the guest looks every second.
  const { wrong } = await gather(node, {
    wrong: sh`
for left in $(seq ${agent.exitCode === 0 ? AGENT_WAIT_S : 0} -1 0); do
  wrong=$(grep -Lx ${seconds} /sys/block/sd*/device/timeout)
  [ -z "$wrong" ] && exit 0
  [ "$left" = 0 ] || sleep 1
done
grep -H . $wrong`,
  });
  expect(
    wrong.text.trim() === "",
    `Disks of '${node.name}' have another time-out than ${seconds} s: ${wrong.text.trim().replaceAll("\n", ", ")}.`,
  );
}
