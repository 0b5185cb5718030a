import type { CaseContext } from "assay/suite";
import { spreadOf } from "./reboot-times.ts";
import { smoke } from "./smoke.ts";

const DEFAULT_COUNT = 10;

/** Body of stress_reboot. The runbook variable `reboot_count` changes the number of reboots. */
export async function stressReboot(context: CaseContext): Promise<void> {
  const { variables, log, expect } = context;
  const count = Number(variables.reboot_count ?? DEFAULT_COUNT);
  expect(
    Number.isInteger(count) && count > 0,
    `'reboot_count' is '${variables.reboot_count}'; it must be a positive number.`,
  );
  const times: number[] = [];
  try {
    while (times.length < count) {
      times.push(await smoke(context));
    }
  } finally {
    const spread = spreadOf(times);
    const figures = Object.entries(spread ?? {}).map(([name, value]) => `${name} ${value.toFixed(1)} s`);
    log.info(`${times.length} of ${count} reboots done. ${figures.join(", ")}`);
  }
}
