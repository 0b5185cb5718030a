import type { Refusals } from "../plan/planner.ts";
import { unfitReason } from "../plan/predefined.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { refusal, requirementOf } from "./requirement.ts";

type Refusal = (testCase: Case) => string | undefined;

/**
 * Loads what knows, without touching any machine, why the platform of a runbook cannot serve a case. Less is known than
 * in a run: what a machine lacks that nobody describes is found when it is connected.
 */
export async function loadRefusals(): Promise<Refusals> {
  const [{ localPlatform }, { readyPlatform }, { qemuRefusal }, { readCapacity }, { parseQemuSettings }] =
    await Promise.all([
      import("../platforms/local/local-platform.ts"),
      import("../platforms/ready/ready-platform.ts"),
      import("../platforms/qemu/refusal.ts"),
      import("../platforms/qemu/host/capacity.ts"),
      import("../platforms/qemu/settings.ts"),
    ]);
  const capacity = readCapacity();
  const on =
    (platform: Platform, runbook: Runbook): Refusal =>
    (testCase) =>
      refusal(platform, testCase, runbook);
  const of = (runbook: Runbook): Refusal => {
    const unfit = unfitReason(runbook);
    // How many machines the guests take is known when the platform is made.
    if (runbook.platform.guests !== undefined) return unfit;
    switch (runbook.platform.type) {
      case "local":
        return on(localPlatform(), runbook);
      case "ready":
        return runbook.readyNodes.length === 0 ? unfit : on(readyPlatform(runbook.readyNodes), runbook);
      case "qemu": {
        const { cores, memory_mb } = runbook.platform.section;
        const usual = parseQemuSettings({ cores, memory_mb });
        return (testCase) => qemuRefusal(requirementOf(testCase, runbook), capacity, usual) ?? unfit(testCase);
      }
      default:
        return unfit;
    }
  };
  return { sectionKeys: ["cores", "memory_mb"], of };
}
