import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlanOrder } from "../../packages/assay/src/plan/order.ts";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import type { Aftercare } from "../../packages/assay/src/run/aftercare.ts";
import type { HostLimit } from "../../packages/assay/src/run/capacity/host-limit.ts";
import type { CircuitSettings } from "../../packages/assay/src/run/health/circuit.ts";
import { refusal } from "../../packages/assay/src/run/requirement.ts";
import { type RunReport, run } from "../../packages/assay/src/run/run.ts";
import { RunFolder } from "../../packages/assay/src/run/run-folder.ts";
import type { SessionOptions } from "../../packages/assay/src/run/run-session.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import { type CaseBody, type CaseDefinition, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";

interface Scenario {
  readonly aftercare?: Partial<Aftercare>;
  readonly cases: Readonly<Record<string, CaseBody | [Partial<CaseDefinition>, CaseBody]>>;
  readonly platform?: LocalGuests;
  readonly testcase?: string;
  readonly variables?: readonly string[];
  readonly variable?: string;
  /** Further sections of the runbook. */
  readonly sections?: string;
  readonly circuit?: Partial<CircuitSettings>;
  readonly hostLimit?: HostLimit;
  readonly order?: PlanOrder;
  readonly signal?: AbortSignal;
  readonly afterCase?: CaseBody;
  /** Further keys of the platform, such as `, assert_kernel_error_after_test: true`. */
  readonly platformKeys?: string;
  readonly session?: Partial<SessionOptions>;
}

/** Runs the cases of one suite the way the command line does, on machines that are shells of this host. */
export async function runScenario(
  scenario: Scenario,
): Promise<RunReport & { folder: string; guests: LocalGuests["guests"] }> {
  const platform = scenario.platform ?? new LocalGuests();
  const made = suite("Scenario", {
    area: "test",
    about: "A scenario.",
    ...(scenario.afterCase && { afterCase: scenario.afterCase }),
  }, ({ test: define }) => {
    for (const [name, given] of Object.entries(scenario.cases)) {
      const [definition, body] = Array.isArray(given) ? given : [{}, given];
      define(name, { about: "A case.", priority: 1, ...definition }, body);
    }
  });
  const text = [
    "name: scenario",
    `platform: [{ type: local${scenario.platformKeys ?? ""} }]`,
    scenario.variable ?? "",
    scenario.sections ?? "",
    "testcase:",
    scenario.testcase ?? "  - criteria: { area: test }",
  ].join("\n");
  const { runbook, diagnostics } = await loadRunbook("/scenario.yml", {
    ...(scenario.variables && { variables: scenario.variables }),
    readText: async () => text,
  });
  if (runbook === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  const folder = RunFolder.create(mkdtempSync(join(tmpdir(), "assay-engine-")), "scenario", new Date());
  const report = await run({
    runbook,
    plan: makePlan({
      runbook,
      suites: [made],
      refuse: (each) => refusal(platform, each),
      ...(scenario.order && { order: scenario.order }),
    }),
    platform,
    folder,
    notifiers: [],
    version: "0",
    host: {},
    // This host is no machine to look at: others start and write what they like on it.
    aftercare: { diagnosticsMs: 0, pollution: "off", ...scenario.aftercare },
    ...(scenario.circuit && { circuit: scenario.circuit }),
    ...(scenario.hostLimit && { hostLimit: scenario.hostLimit }),
    signal: scenario.signal ?? new AbortController().signal,
    ...scenario.session,
  });
  return { ...report, folder: folder.path, guests: platform.guests };
}
