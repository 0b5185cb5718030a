import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";
import { agentSetting } from "./agent-config.ts";

/**
 * Body of verify_swap. The agent's `ResourceDisk.EnableSwap` says whether swap is wanted; an image without the agent
 * says it in fstab, in a swap unit or with a zram generator.
 */
export async function verifySwap({ node, expect, fail, skip }: CaseContext): Promise<void> {
  const { id } = await node.facts();
  if (id === "fedora") {
    skip("Fedora makes its swap in compressed memory by default.");
  }
  const found = await gather(node, {
    swaps: sh`tail -n +2 /proc/swaps`,
    agent: sh`cat /etc/waagent.conf`,
    fstab: sh`awk '$1 !~ /^#/ && $3 == "swap" && $4 !~ /noauto/' /etc/fstab`,
    units: sh`find /etc/systemd /usr/lib/systemd -maxdepth 2 -name '*.swap' -o -maxdepth 2 -name zram-generator.conf`,
  });
  const isOn = found.swaps.text.trim() !== "";
  const wanted = found.agent.exitCode === 0 ? agentSetting(found.agent.text, "ResourceDisk.EnableSwap") : undefined;
  if (wanted !== undefined && wanted !== "y" && wanted !== "n") {
    fail(`'ResourceDisk.EnableSwap' of '/etc/waagent.conf' on '${node.name}' is '${wanted}'; it must be y or n.`);
  }
  const configured = `${found.fstab.text}${found.units.text}`.trim();
  const isWanted = wanted === undefined ? configured !== "" : wanted === "y";
  const reason =
    wanted === undefined
      ? `fstab and the swap units ${isWanted ? `ask for it (${configured})` : "do not ask for it"}`
      : `'ResourceDisk.EnableSwap' is '${wanted}'`;
  expect(
    isOn === isWanted,
    isOn
      ? `Swap is on in '${node.name}' (${found.swaps.text.trim().replaceAll(/\s+/g, " ")}), but ${reason}.`
      : `Swap is off in '${node.name}', but ${reason}.`,
  );
}
