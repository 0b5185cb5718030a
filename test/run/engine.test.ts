import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PlatformError, ResourceBusy } from "../../packages/assay/src/errors/catalogue.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import type { RunReport } from "../../packages/assay/src/run/run.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { runScenario } from "./run-scenario.ts";

const statuses = (report: RunReport) => Object.fromEntries(report.results.map((each) => [each.case, each.status]));
const only = (report: RunReport) => {
  const [result] = report.results;
  if (result === undefined) {
    throw new Error("There is no result.");
  }
  return result;
};

test("every way a case can end has its status, and the run its exit code", async () => {
  const report = await runScenario({
    cases: {
      passes: async ({ node, expect: check }) => check((await node.text(["echo", "hi"])) === "hi", "no echo"),
      fails: async ({ fail }) => fail("3 is not 4"),
      skips: async ({ skip }) => skip("no chrony"),
      warns: async ({ passWithWarning }) => passWithWarning("old"),
      throws: async () => {
        throw new TypeError("a bug in the case");
      },
      needs_much: [{ requires: { cores: 65 } }, async () => undefined],
      part_fails: async ({ subtest, fail }) => {
        await subtest("first", async () => undefined);
        await subtest("second", async () => fail("broken part"));
        await subtest("third", async () => undefined);
      },
    },
  });
  expect(statuses(report)).toEqual({
    passes: "PASSED",
    fails: "FAILED",
    skips: "SKIPPED",
    warns: "PASSED",
    throws: "FAILED",
    needs_much: "SKIPPED",
    part_fails: "FAILED",
  });
  expect(report).toMatchObject({ exitCode: 1, verdict: "failed", counts: { passed: 2, failed: 3, skipped: 2 } });
  expect(report.results.find((each) => each.case === "part_fails")?.message).toContain("second: broken part");
  expect(report.results.find((each) => each.case === "needs_much")?.message).toContain("65");
});

test("every case gets its own environment where that is cheap, and each is deleted", async () => {
  const report = await runScenario({ cases: { a: async () => undefined, b: async () => undefined } });
  expect(new Set(report.results.map((each) => each.environment)).size).toBe(2);
  expect(report.guests.map((guest) => guest.isDeleted)).toEqual([true, true]);
});

test("where environments are dear they are shared until a case spoils them", async () => {
  const platform = new LocalGuests({ isPristineCheap: false, maxEnvironments: 1 });
  const report = await runScenario({
    platform,
    cases: {
      a: async () => undefined,
      b: async ({ markDirty }) => markDirty(),
      c: async () => undefined,
      d: [{ useNewEnvironment: true }, async () => undefined],
    },
  });
  // What wants a new environment comes first on it, and the others follow.
  expect(report.results.map((each) => `${each.case} ${each.environment}`)).toEqual([
    "d local-guests-1",
    "a local-guests-1",
    "b local-guests-1",
    "c local-guests-2",
  ]);
});

test("a case that is too slow fails, and its command does not live on", async () => {
  const report = await runScenario({
    cases: {
      slow: [
        { timeoutMs: 300 },
        async ({ node }) => {
          await node.run(["sleep", "987.25"]);
        },
      ],
    },
  });
  expect(only(report)).toMatchObject({ status: "FAILED", message: expect.stringContaining("0.3 s") });
  expect(readFileSync(join(report.folder, "cases/Scenario.slow/commands.ndjson"), "utf8")).toContain(
    '"kind":"aborted"',
  );
});

test("a kernel panic ends the case at once with the excerpt, and the environment is thrown away", async () => {
  const platform = new LocalGuests();
  const report = await runScenario({
    platform,
    cases: {
      panics: async ({ node, environment }) => {
        const guest = platform.guests.find((each) => each.name === environment.name);
        guest?.print("fine\n[ 1.0] Kernel panic - not syncing: Fatal exception\n");
        guest?.print("[ 1.1] ---[ end Kernel panic ]---\n");
        await node.run(["sleep", "986.25"]);
      },
    },
  });
  expect(only(report)).toMatchObject({ status: "FAILED", failureClass: "product" });
  expect(only(report).message).toContain("Kernel panic - not syncing: Fatal exception");
  expect(only(report).durationMs).toBeLessThan(60_000);
  expect(platform.guests[0]?.isDeleted).toBe(true);
  expect(readJournal(report.journal).find((event) => event.type === "kernel-panic")).toMatchObject({
    lines: expect.arrayContaining(["[ 1.1] ---[ end Kernel panic ]---"]),
  });
  expect(readFileSync(join(report.folder, "cases/Scenario.panics/serial.log"), "utf8")).toContain("Fatal exception");
});

test("the prompt of a boot loader ends the case although its line never ends", async () => {
  const platform = new LocalGuests();
  const report = await runScenario({
    platform,
    cases: {
      sticks: async ({ node }) => {
        platform.guests[0]?.print("GNU GRUB\r\n\u001b[0mgr");
        platform.guests[0]?.print("ub> \u001b[?25h");
        await node.run(["sleep", "983.25"]);
      },
    },
  });
  expect(only(report)).toMatchObject({ status: "FAILED", message: expect.stringContaining("grub>") });
});

test("a machine that dies ends the case with the machine's last words", async () => {
  const platform = new LocalGuests();
  const report = await runScenario({
    platform,
    cases: {
      dies: async ({ node }) => {
        platform.guests[0]?.die("QEMU ended: could not allocate memory");
        await node.run(["sleep", "985.25"]);
      },
    },
  });
  expect(only(report)).toMatchObject({ status: "FAILED", message: "QEMU ended: could not allocate memory" });
});

test("a failed case is tried again as often as the runbook says", async () => {
  let attempts = 0;
  const report = await runScenario({
    testcase: "  - { criteria: { area: test }, retry: 2 }",
    cases: {
      flaky: async ({ fail }) => {
        attempts++;
        if (attempts < 3) {
          fail("not yet");
        }
      },
    },
  });
  expect(only(report).status).toBe("PASSED");
  expect(new Set(report.guests.map((guest) => guest.name)).size).toBe(3);
  expect(existsSync(join(report.folder, "cases/Scenario.flaky-attempt-3/case.log"))).toBe(true);
});

test("a failed case stays failed when there is no environment to try it again", async () => {
  const report = await runScenario({
    sections: "wait_resource_timeout: 0",
    testcase: "  - { criteria: { area: test }, retry: 1 }",
    platform: new LocalGuests({
      onDeploy: (count) => {
        if (count > 1) throw new ResourceBusy("The address is in use.");
      },
    }),
    cases: { bad: async ({ fail }) => fail("it is broken") },
  });
  expect(only(report)).toMatchObject({ status: "FAILED", message: "it is broken" });
  expect(report.exitCode).toBe(1);
});

test("a transient deployment failure is tried once more", async () => {
  const once = await runScenario({
    platform: new LocalGuests({
      onDeploy: (count) => {
        if (count === 1) {
          throw new PlatformError("busy", { isTransient: true });
        }
      },
    }),
    cases: { a: async () => undefined },
  });
  expect(once.exitCode).toBe(0);
});

test("an interrupt ends the running case, deletes its environment and still writes the record", async () => {
  const controller = new AbortController();
  const report = await runScenario({
    platform: new LocalGuests({ maxEnvironments: 1 }),
    signal: controller.signal,
    cases: {
      first: async ({ node }) => {
        setImmediate(() => controller.abort("SIGTERM"));
        await node.run(["sleep", "984.25"]);
      },
      never: async () => undefined,
    },
  });
  expect(report).toMatchObject({ exitCode: 143, verdict: "interrupted" });
  expect(report.guests.every((guest) => guest.isDeleted)).toBe(true);
  expect(readJournal(report.journal).at(-1)).toMatchObject({ type: "run-finished", exitCode: 143 });
});

test("secrets stay out of everything that is written", async () => {
  const report = await runScenario({
    variables: ["s:token:hunter2hunter2"],
    variable: "variable: [{ name: token, value: x, is_case_visible: true }]",
    cases: {
      leaks: async ({ node, log, artifact, variables, fail }) => {
        const token = String(variables.token);
        log.info(`token ${token}`);
        await node.run(["echo", token]);
        await artifact("note.txt", token);
        fail(`the token is ${token}`);
      },
    },
  });
  const folder = join(report.folder, "cases/Scenario.leaks");
  for (const file of ["case.log", "commands.ndjson", "artifacts/note.txt"]) {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text).toContain("******");
    expect(text).not.toContain("hunter2");
  }
  expect(readFileSync(report.journal, "utf8")).not.toContain("hunter2");
});

test("an error after the case is logged and never changes the verdict", async () => {
  const report = await runScenario({
    afterCase: async ({ fail }) => fail("cannot clean"),
    cases: { a: async () => undefined },
  });
  expect(only(report).status).toBe("PASSED");
  expect(readFileSync(join(report.folder, "cases/Scenario.a/case.log"), "utf8")).toContain("cannot clean");
});
