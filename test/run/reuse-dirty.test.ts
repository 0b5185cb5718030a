import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_AFTERCARE } from "../../packages/assay/src/run/aftercare.ts";
import { runResources } from "../../packages/assay/src/run/deploy/run-resources.ts";
import { DEFAULT_CIRCUIT } from "../../packages/assay/src/run/health/circuit.ts";
import { makePlatform } from "../../packages/assay/src/run/make-platform.ts";
import { RunFolder } from "../../packages/assay/src/run/run-folder.ts";
import { schedule } from "../../packages/assay/src/run/schedule/schedule.ts";
import { suite } from "../../packages/assay/src/suite/suite.ts";
import { loadGood } from "../runbook/load-text.ts";

const HERE = "- nodes: [{ type: local }]";

const made = suite("Dirty", { area: "test", about: "A suite." }, ({ test: define }) => {
  define("cleans", { about: "A case.", priority: 1 }, async () => undefined);
  define("soils", { about: "A case.", priority: 2 }, async ({ markDirty }) => markDirty());
  define("next", { about: "A case.", priority: 3 }, async () => undefined);
  define("last", { about: "A case.", priority: 4 }, async () => undefined);
});

/** The cases one after the other on the machines of a runbook. */
async function statusesOn(runbookText: string): Promise<readonly (readonly string[])[]> {
  const root = mkdtempSync(join(tmpdir(), "assay-dirty-"));
  try {
    const signal = new AbortController().signal;
    const runbook = await loadGood(runbookText);
    await using platform = await makePlatform({
      runbook,
      image: undefined,
      run: "r",
      signal,
      progress: () => undefined,
    });
    const emit = (): void => undefined;
    const { finished } = await schedule({
      entries: made.cases.map((each, tier) => ({
        resultId: `Dirty.${each.name}`,
        case: each,
        timeoutMs: 10_000,
        ...{ retry: 0, tier, ignoreFailure: false, useNewEnvironment: false },
      })),
      platform,
      concurrency: 1,
      deployRetry: 1,
      waitResourceMs: 0,
      circuit: DEFAULT_CIRCUIT,
      resources: runResources("off", emit),
      machines: runbook,
      folder: RunFolder.create(root, "dirty", new Date()),
      variables: () => ({}),
      isStoppedByFailure: false,
      startsBefore: () => 0,
      failedBefore: undefined,
      nextEnvironment: () => 1,
      mask: (text) => text,
      aftercare: { ...DEFAULT_AFTERCARE, diagnosticsMs: 0, pollution: "off" },
      disk: { room: async () => undefined, isCauseOf: (_error): _error is never => false },
      emit,
      signal,
    });
    return finished.map(({ status, message }) => [status, message]);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const passed = ["PASSED", ""];
const skipped = ["SKIPPED", expect.stringMatching(/left dirty by a case.*reuse_dirty_env: false/)];

test.each<[string, string, string, readonly unknown[]]>([
  ["two machines are used until a case soils them", "false", `${HERE}\n    ${HERE}`, [passed, passed, passed, passed]],
  ["this machine alone is used until a case soils it", "false", HERE, [passed, passed, skipped, skipped]],
  ["a machine is used again when the runbook says so", "true", HERE, [passed, passed, passed, passed]],
])("%s", async (_, reuse, environments, expected) => {
  const runbook = `platform: [{ type: ready, ready: { reuse_dirty_env: ${reuse} } }]
environment:
  environments:
    ${environments}
`;
  expect(await statusesOn(runbook)).toEqual(expected);
});

test("machines that are all soiled are skipped past on the platform 'ready' as well", async () => {
  const pair = "- nodes: [{ type: local }, { type: local }]";
  const runbook = `platform: [{ type: ready, ready: { reuse_dirty_env: false } }]
environment:
  environments:
    ${pair}
`;
  expect(await statusesOn(runbook)).toEqual([passed, passed, skipped, skipped]);
});
