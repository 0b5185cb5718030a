import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";

const UDEV_RACE = /Failed to rename network interface .* from '.*' to '.*': Device or resource busy/;

/** Body of verify_services_state. */
export async function verifyServicesState({ node, expect, skip }: CaseContext): Promise<void> {
  const { hasSystemd } = await node.facts();
  if (!hasSystemd) {
    skip("Process 1 is not systemd.");
  }
  const found = await gather(node, {
    // Ends as soon as the start-up is over, whichever way.
    state: sh`systemctl is-system-running --wait`,
    failed: sh`systemctl list-units --failed --plain --no-legend --no-pager`,
    udev: sh`journalctl --boot --quiet --no-pager --unit systemd-udevd`,
  });
  const state = found.state.text.trim();
  const race = UDEV_RACE.exec(found.udev.text)?.[0];
  const units = found.failed.text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/)[0]);
  expect(
    state === "running",
    `The services of '${node.name}' are '${state}', not 'running'. Failed: ${units.join(", ") || "none"}.` +
      (race === undefined ? "" : ` A known race of udev with the network driver shows: ${race}`),
  );
}
