import type { Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { withoutImage } from "./qemu-image-keys.ts";
import { refusal } from "./requirement.ts";

type Refuser = Pick<Platform, "type" | "refuse">;

/** What each platform would refuse, from the runbook and this host alone. */
const REFUSERS: Readonly<Record<string, (runbook: Runbook) => Promise<Refuser>>> = {
  async local() {
    const { localPlatform } = await import("../platforms/local/local-platform.ts");
    return localPlatform();
  },
  async ready({ readyNodes }) {
    const { readyPlatform } = await import("../platforms/ready/ready-platform.ts");
    return readyPlatform(readyNodes);
  },
  async qemu({ platform }) {
    const [{ qemuRefusal }, { readCapacity }, { parseQemuSettings }] = await Promise.all([
      import("../platforms/qemu/refusal.ts"),
      import("../platforms/qemu/host/capacity.ts"),
      import("../platforms/qemu/settings.ts"),
    ]);
    const capacity = await readCapacity();
    const { cores } = parseQemuSettings(withoutImage(platform.section));
    return { type: "qemu", refuse: (requirement) => qemuRefusal(requirement, capacity, cores) };
  },
};

/**
 * Why the platform of a runbook would skip a case, found without making the platform: no image is built and no machine
 * is touched. A platform of which nothing is known before it is made refuses only what the runbook itself rules out.
 */
export async function refusalBeforeRun(runbook: Runbook): Promise<(testCase: Case) => string | undefined> {
  const { type } = runbook.platform;
  const make = Object.hasOwn(REFUSERS, type) ? REFUSERS[type] : undefined;
  const platform: Refuser = (await make?.(runbook)) ?? { type, refuse: () => undefined };
  return (testCase) => refusal(platform, testCase, runbook);
}
