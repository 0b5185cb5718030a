import { expect, test } from "vitest";
import { PlatformError, ResourceBusy } from "../../packages/assay/src/errors/catalogue.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { exactly } from "../../packages/assay/src/suite/count.ts";
import type { CaseContext } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { runScenario } from "./run-scenario.ts";
import { runStaged } from "./run-staged.ts";

type Report = Awaited<ReturnType<typeof runScenario>>;

const pass = async (): Promise<void> => undefined;
const passing = (...names: string[]) => Object.fromEntries(names.map((name) => [name, pass]));
const events = (report: Report, type: string) => readJournal(report.journal).filter((event) => event.type === type);
const statuses = (report: Report) => Object.fromEntries(report.results.map((each) => [each.case, each.status]));
const texts = (report: Report): readonly string[] =>
  readJournal(report.journal).flatMap((event) => (event.type === "notice" ? [event.text] : []));
/** The pauses of a test are as short as can be. */
const circuit = { firstPauseMs: 5, longestPauseMs: 20, mostProbes: 2 };

test("environment.retry makes an environment so many times more, and the case fails once", async () => {
  const report = await runScenario({
    sections: "environment: { retry: 2 }",
    platform: new LocalGuests({
      onDeploy: () => {
        throw new PlatformError("no room");
      },
    }),
    cases: passing("a"),
  });
  expect(events(report, "environment-failed")).toHaveLength(3);
  expect(report).toMatchObject({ exitCode: 3, counts: { failed: 1 } });
  expect(report.results[0]?.message).toContain("deployment failed. no room");
});

test("a deployment that works in a further attempt is no failure", async () => {
  const report = await runScenario({
    sections: "environment: { retry: 2 }",
    platform: new LocalGuests({
      onDeploy: (count) => {
        if (count < 3) throw new PlatformError("no room");
      },
    }),
    cases: passing("a"),
  });
  expect(statuses(report)).toEqual({ a: "PASSED" });
});

test("without time to wait a case whose resource is in use is skipped with the reason", async () => {
  const report = await runScenario({
    sections: "wait_resource_timeout: 0",
    platform: new LocalGuests({
      onDeploy: () => {
        throw new ResourceBusy("All four addresses are in use.");
      },
    }),
    cases: passing("a", "b"),
  });
  expect(statuses(report)).toEqual({ a: "SKIPPED", b: "SKIPPED" });
  expect(report.results[0]?.message).toMatch(/^deployment skipped: .*in use for 0.*All four addresses are in use\./);
  expect(events(report, "environment-failed")).toEqual([]);
});

test("a resource that another environment of the run holds is had when that one is deleted", async () => {
  const refused = Promise.withResolvers<void>();
  const platform: LocalGuests = new LocalGuests({
    onDeploy: () => {
      if (platform.guests.every(({ isDeleted }) => isDeleted)) return;
      refused.resolve();
      throw new ResourceBusy("The one address is in use.");
    },
  });
  const report = await runScenario({
    sections: "concurrency: 2",
    platform,
    cases: { a: () => refused.promise, b: pass },
  });
  expect(statuses(report)).toEqual({ a: "PASSED", b: "PASSED" });
  expect(texts(report)).toEqual(["Waiting for at most 5 min: The one address is in use."]);
});

test("a resource of which nothing tells is asked for again after a pause", async () => {
  const report = await runScenario({
    platform: new LocalGuests({
      onDeploy: (count) => {
        if (count === 1) throw new ResourceBusy("The quota is used up.");
      },
    }),
    cases: passing("a"),
  });
  expect(statuses(report)).toEqual({ a: "PASSED" });
});

test("a platform that fails again and again is taken out, tried with one deployment, and back in use", async () => {
  const report = await runScenario({
    circuit,
    platform: new LocalGuests({
      maxEnvironments: 1,
      onDeploy: (count) => {
        if (count <= 4) throw new PlatformError(`no room ${count}`);
      },
    }),
    cases: passing("a", "b", "c", "d", "e", "f"),
  });
  expect(statuses(report)).toEqual({
    a: "FAILED",
    b: "FAILED",
    c: "FAILED",
    d: "FAILED",
    e: "PASSED",
    f: "PASSED",
  });
  const states = readJournal(report.journal).flatMap((event) => (event.type === "health-changed" ? [event.state] : []));
  expect(states).toEqual(["open", "half-open", "open", "half-open", "closed"]);
  expect(report).toMatchObject({ exitCode: 3, verdict: "machinery-failed" });
});

test("a platform that never comes back is given up, and no result is missing", async () => {
  let deployments = 0;
  const report = await runScenario({
    circuit,
    testcase:
      "  - { criteria: { area: test } }\n  - { criteria: { name: '[fg]' }, select_action: none, ignore_failure: true }",
    platform: new LocalGuests({
      maxEnvironments: 2,
      onDeploy: () => {
        deployments += 1;
        throw new PlatformError("no room");
      },
    }),
    cases: passing("a", "b", "c", "d", "e", "f", "g"),
  });
  expect(statuses(report)).toEqual({
    ...{ a: "FAILED", b: "FAILED", c: "FAILED", d: "FAILED", e: "FAILED" },
    ...{ f: "ATTEMPTED", g: "ATTEMPTED" },
  });
  expect(deployments).toBeLessThanOrEqual(6);
  expect(report).toMatchObject({ exitCode: 3, verdict: "machinery-failed" });
  expect(report.reason).toContain("no room");
  expect(readJournal(report.journal).at(-1)).not.toHaveProperty("isCutShort");
});

test("while the platform of one combination is taken out, the others go on", async () => {
  const isOtherDone = Promise.withResolvers<void>();
  let failures = 0;
  const report = await runStaged({
    runbook: `
variable: [{ name: size, value: none, is_case_visible: true }]
combinator: { type: grid, items: [{ name: size, value: [bad, good] }] }
testcase: [{ criteria: { area: staged } }]`,
    circuit: { opensAfter: 1, firstPauseMs: 50, longestPauseMs: 50, mostProbes: 100 },
    guestsOf: (variables) =>
      new LocalGuests({
        maxEnvironments: 1,
        onDeploy: () => {
          if (variables.get("size")?.value !== "bad" || failures > 0) return;
          failures += 1;
          throw new PlatformError("no room");
        },
      }),
    cases: {
      one: async ({ variables }) => {
        if (variables.size === "good") isOtherDone.resolve();
      },
      // Of the bad platform, which comes back only after its pause.
      two: async ({ variables }) => {
        if (variables.size === "bad") await isOtherDone.promise;
      },
    },
  });
  const order = report.events.flatMap((event) => (event.type === "case-started" ? [event.resultId] : []));
  expect(order[0]).toContain("size=good");
  expect(report.counts).toEqual({ passed: 3, failed: 1, skipped: 0, attempted: 0 });
});

test.each<[string, object, ConstructorParameters<typeof LocalGuests>[0]]>([
  [
    "a platform that is taken out",
    { circuit: { opensAfter: 1, firstPauseMs: 3_600_000 } },
    {
      onDeploy: () => {
        throw new PlatformError("no room");
      },
    },
  ],
  [
    "a resource that is in use",
    {},
    {
      onDeploy: () => {
        throw new ResourceBusy("The one address is in use.");
      },
    },
  ],
  [
    "room on the host",
    { hostLimit: { memoryMb: 100, cpus: 1 }, sections: "concurrency: 2" },
    { hostCost: { memoryMb: 80, cpus: 1 } },
  ],
])("an interrupt ends a wait for %s", async (_, more, guests) => {
  const controller = new AbortController();
  const platform = new LocalGuests({ maxEnvironments: 2, ...guests });
  const stop = async ({ node }: CaseContext): Promise<void> => {
    setImmediate(() => controller.abort("SIGTERM"));
    await node.run(["sleep", "981.25"]);
  };
  // Where nothing can be made, the first failure is all there is to wait for.
  const onDeploy = guests?.onDeploy;
  const failing = onDeploy && {
    onDeploy: (...args: Parameters<typeof onDeploy>) => {
      setTimeout(() => controller.abort("SIGTERM"), 20);
      onDeploy(...args);
    },
  };
  const report = await runScenario({
    ...more,
    platform: failing === undefined ? platform : new LocalGuests({ maxEnvironments: 1, ...failing }),
    signal: controller.signal,
    cases: { a: stop, b: stop, c: stop },
  });
  expect(report).toMatchObject({ exitCode: 143, verdict: "interrupted" });
  expect(report.results.filter(({ status }) => status === "PASSED")).toEqual([]);
});

test("fewer environments are made at a time than asked for where the host cannot carry them, and that is said once", async () => {
  let alive = 0;
  let most = 0;
  const body = async (): Promise<void> => {
    alive += 1;
    most = Math.max(most, alive);
    await new Promise((resolve) => setImmediate(resolve));
    alive -= 1;
  };
  const report = await runScenario({
    sections: "concurrency: 8",
    hostLimit: { memoryMb: 2500, cpus: 8 },
    platform: new LocalGuests({ maxEnvironments: 8, hostCost: { memoryMb: 1000, cpus: 1 } }),
    cases: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`case_${index}`, body])),
  });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 12 } });
  expect(most).toBe(2);
  expect(texts(report)).toEqual([
    "Fewer environments than the runbook wants are made at a time, so that this host carries them: one takes 1000 MiB of memory and 1 processor, and all together may take 2500 MiB of memory and 8 processors.",
  ]);
});

test.each([
  ["cost", 2],
  ["priority", 4],
] as const)("under '%s' as many environments are made as the order needs: %i", async (policy, count) => {
  const platform = new LocalGuests({ isPristineCheap: false, maxEnvironments: 1 });
  const large = { requires: { cores: exactly(8) } };
  const report = await runScenario({
    platform,
    order: { policy, history: new Map() },
    cases: {
      a: [{ priority: 0, ...large }, pass],
      b: [{ priority: 1, requires: { cores: exactly(2) } }, pass],
      c: [{ priority: 2, ...large }, pass],
      d: [{ priority: 3, requires: { cores: exactly(2) } }, pass],
    },
  });
  expect(report.counts.passed).toBe(4);
  expect(platform.guests).toHaveLength(count);
});

test("a case that an environment at hand serves goes before one of the same tier that needs another", async () => {
  const platform = new LocalGuests({ isPristineCheap: false, maxEnvironments: 1 });
  const lengths = { a: 1, b: 2, c: 3 };
  const history = new Map(
    Object.entries(lengths).map(([name, durationMs]) => [`Scenario.${name}`, { hasFailed: false, durationMs }]),
  );
  const small = { requires: { cores: exactly(2) } };
  const report = await runScenario({
    platform,
    order: { policy: "fail-fast", history },
    cases: { a: [small, pass], b: [{ requires: { cores: exactly(8) } }, pass], c: [small, pass] },
  });
  expect(report.results.map((each) => each.case)).toEqual(["a", "c", "b"]);
  expect(platform.guests).toHaveLength(2);
});
