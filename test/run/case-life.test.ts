import { expect, test } from "vitest";
import { NodeUnreachable } from "../../packages/assay/src/errors/catalogue.ts";
import type { EventBody } from "../../packages/assay/src/events/types.ts";
import { Panic } from "../../packages/assay/src/features/index.ts";
import { type CaseOutcome, runCase } from "../../packages/assay/src/run/run-case.ts";
import { type CaseContext, type SuiteDefinition, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";

interface Life {
  readonly hooks?: Pick<SuiteDefinition, "beforeCase" | "afterCase">;
  readonly body?: (context: CaseContext) => Promise<void>;
  readonly timeoutMs?: number;
  readonly ignoreFailure?: boolean;
  readonly panicIsExpected?: boolean;
  readonly signal?: AbortSignal;
  readonly guests?: LocalGuests;
  readonly onFailure?: () => Promise<void>;
}

/** Runs one case on a machine that is a shell of this host. */
async function live(life: Life): Promise<CaseOutcome & { log: string[]; events: EventBody[] }> {
  const log: string[] = [];
  const events: EventBody[] = [];
  const { body = async () => undefined, signal = new AbortController().signal } = life;
  const made = suite("S", { area: "test", about: "Lives.", ...life.hooks }, ({ test: define }) =>
    define("c", { about: "A case.", priority: 1, panicIsExpected: life.panicIsExpected ?? false }, body),
  );
  const [testCase] = made.cases;
  if (testCase === undefined) throw new Error("The suite has no case.");
  const guests = life.guests ?? new LocalGuests();
  await using environment = await guests.deploy(
    { nodeCount: 1, cores: 1, memoryMb: 1, features: [], coldBoot: false },
    { environmentName: "e", signal, logFolder: "/", progress: () => undefined },
  );
  const outcome = await runCase({
    case: testCase,
    identity: { resultId: "S.c", suite: "S", case: "c" },
    environment,
    folder: {
      log: (level, text) => log.push(`${level} ${text}`),
      command: () => undefined,
      artifact: async (name) => name,
      serial: () => undefined,
    },
    variables: {},
    timeoutMs: life.timeoutMs ?? 0,
    ignoreFailure: life.ignoreFailure ?? false,
    signal,
    emit: (event) => events.push(event),
    ...(life.onFailure && { onFailure: life.onFailure }),
  });
  return { ...outcome, log, events };
}

const fails = async ({ fail }: CaseContext): Promise<void> => fail("3 is not 4");
const skips = async ({ skip }: CaseContext): Promise<void> => skip("no disk");
const warns = async ({ passWithWarning }: CaseContext): Promise<void> => passWithWarning("old");
const breaks = async (): Promise<void> => {
  throw new TypeError("a bug");
};
const hangs = async ({ node }: CaseContext): Promise<void> => void (await node.run(["sleep", "982.5"]));

test.each<[string, Life, object]>([
  ["passes", {}, { status: "PASSED", message: "" }],
  [
    "before_case fails",
    { hooks: { beforeCase: fails } },
    { status: "FAILED", message: "before_case failed. 3 is not 4" },
  ],
  [
    "before_case breaks",
    { hooks: { beforeCase: breaks } },
    { status: "FAILED", message: "before_case failed. TypeError: a bug", failureClass: "test" },
  ],
  [
    "before_case fails, which is ignored",
    { hooks: { beforeCase: fails }, ignoreFailure: true },
    { status: "ATTEMPTED", message: "before_case failed. 3 is not 4" },
  ],
  [
    "before_case skips",
    { hooks: { beforeCase: skips } },
    { status: "SKIPPED", message: "before_case skipped: no disk" },
  ],
  ["before_case warns", { hooks: { beforeCase: warns } }, { status: "PASSED", warning: "old" }],
  [
    "before_case hangs",
    { hooks: { beforeCase: hangs }, timeoutMs: 200 },
    { status: "FAILED", message: "before_case failed. What comes before the case was not over after 0.2 s." },
  ],
  ["after_case fails", { hooks: { afterCase: fails } }, { status: "PASSED" }],
  ["after_case skips", { hooks: { afterCase: skips } }, { status: "PASSED" }],
  ["after_case warns", { hooks: { afterCase: warns } }, { status: "PASSED", message: "" }],
  ["after_case fails as well", { body: fails, hooks: { afterCase: breaks } }, { message: "3 is not 4" }],
  ["after_case hangs", { hooks: { afterCase: hangs }, timeoutMs: 200 }, { status: "PASSED" }],
])("%s", async (_name, life, wanted) => {
  let hasRun = false;
  const { finished } = await live({
    ...life,
    body: async (context) => {
      hasRun = true;
      await life.body?.(context);
    },
  });
  expect(finished).toMatchObject(wanted);
  expect(hasRun).toBe(life.hooks?.beforeCase === undefined);
});

test("the phases come in order, and the time limit is each one's own", async () => {
  const order: string[] = [];
  const step =
    (name: string) =>
    async ({ node }: CaseContext) => {
      order.push(name);
      await node.run(["sleep", "0.3"]);
    };
  const hooks = { beforeCase: step("before"), afterCase: step("after") };
  const { finished } = await live({ hooks, body: step("body"), timeoutMs: 800 });
  expect(finished.status).toBe("PASSED");
  expect(order).toEqual(["before", "body", "after"]);
});

test("what after_case raises is told in the log", async () => {
  const { log, isReusable } = await live({ hooks: { afterCase: fails } });
  expect(log).toContain("warn after_case failed. 3 is not 4");
  expect(isReusable).toBe(true);
});

test("after a timeout the machine still does what after_case asks, with a limit of its own", async () => {
  const answers: string[] = [];
  const { finished, isReusable } = await live({
    body: hangs,
    timeoutMs: 200,
    hooks: { afterCase: async ({ node }) => void answers.push(await node.text(["echo", "tidy"])) },
  });
  expect(finished).toMatchObject({ status: "FAILED", message: "The case was not over after 0.2 s." });
  expect(answers).toEqual(["tidy"]);
  expect(isReusable).toBe(false);
});

test("a case that is cancelled is tidied up as well, one whose machine is gone is not", async () => {
  const tidied: string[] = [];
  const tidy = (name: string) => ({
    afterCase: async ({ node }: CaseContext) => void tidied.push(`${name} ${await node.text(["echo", "done"])}`),
  });
  const controller = new AbortController();
  await live({
    signal: controller.signal,
    hooks: tidy("cancelled"),
    body: async (context) => {
      controller.abort("SIGINT");
      await hangs(context);
    },
  });
  const guests = new LocalGuests();
  await live({
    guests,
    hooks: tidy("dead"),
    body: async (context) => {
      guests.guests[0]?.die("power");
      await hangs(context);
    },
  });
  expect(tidied).toEqual(["cancelled done"]);
});

test("a panic that only the machine tells of fails the case, and one the case expects does not", async () => {
  const crashes = async ({ node, signal, log }: CaseContext): Promise<void> => {
    const { kind } = await node.feature(Panic).trigger({ signal });
    log.info(kind);
  };
  const silent = await live({ body: crashes });
  expect(silent.finished).toMatchObject({ status: "FAILED", failureClass: "product" });
  expect(silent.finished.message).toContain("told its machine that it panicked");
  expect(silent.isReusable).toBe(false);
  const meant = await live({ body: crashes, panicIsExpected: true });
  expect(meant.finished.status).toBe("PASSED");
  expect(meant.log.join("\n")).toContain("as expected: The kernel of node");
  expect(meant.isReusable).toBe(false);
});

test("a panic in the last moment fails a case that had passed", async () => {
  const guests = new LocalGuests();
  const { finished, isReusable } = await live({
    guests,
    body: async () => guests.guests[0]?.print("[ 1.0] Kernel panic - not syncing: late\n"),
  });
  expect(finished).toMatchObject({ status: "FAILED", message: expect.stringContaining("not syncing: late") });
  expect(isReusable).toBe(false);
});

test("a part that loses the machine ends the case and spoils the environment", async () => {
  const parts: string[] = [];
  const { finished, isReusable, events } = await live({
    ignoreFailure: true,
    body: async ({ subtest }) => {
      await subtest("first", async () => {
        throw new NodeUnreachable("gone");
      });
      parts.push("second");
    },
  });
  expect(finished).toMatchObject({ status: "FAILED", message: "gone", failureClass: "environment" });
  expect(isReusable).toBe(false);
  expect(parts).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ type: "case-subtest", name: "first", status: "FAILED" }));
});

test("a part that warns makes the case pass with a warning", async () => {
  const { finished } = await live({
    body: async ({ subtest, passWithWarning }) => await subtest("speed", async () => passWithWarning("slow")),
  });
  expect(finished).toMatchObject({ status: "PASSED", warning: "speed: slow" });
});

test.each([
  ["a kernel that went on after an oops", "[ 1.0] BUG: kernel NULL pointer dereference, address: 0\n", ["asked"]],
  ["a kernel that panicked", "[ 1.0] Kernel panic - not syncing: Fatal exception\n", []],
])("%s", async (_name, printed, wanted) => {
  const asked: string[] = [];
  const guests = new LocalGuests();
  const { finished, isReusable } = await live({
    guests,
    onFailure: async () => void asked.push("asked"),
    body: async (context) => {
      guests.guests[0]?.print(printed);
      await hangs(context);
    },
  });
  expect(finished.status).toBe("FAILED");
  expect(isReusable).toBe(false);
  expect(asked).toEqual(wanted);
});

test("what is done on failure is done before the tidying up, not for a pass, a skip or a dead machine", async () => {
  const done: string[] = [];
  const onFailure = async () => void done.push("evidence");
  const hooks = { afterCase: async () => void done.push("tidy") };
  const guests = new LocalGuests();
  await live({ onFailure, hooks });
  await live({ onFailure, hooks, body: skips });
  await live({
    onFailure,
    guests,
    body: async (context) => {
      guests.guests[0]?.die("power");
      await hangs(context);
    },
  });
  expect(done).toEqual(["tidy", "tidy"]);
  await live({ onFailure, hooks, body: fails });
  await live({ onFailure, hooks, body: fails, ignoreFailure: true });
  expect(done.slice(2)).toEqual(["evidence", "tidy", "evidence", "tidy"]);
});
