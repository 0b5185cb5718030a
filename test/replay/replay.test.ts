import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { CaseBody } from "../../packages/assay/src/suite/suite.ts";
import { record, replay } from "./record-and-replay.ts";

const busy: CaseBody = async ({ node, expect: check }) => {
  const [one, two] = await Promise.all([node.text(["echo", "one"]), node.text(sh`echo two; sleep 0.2`)]);
  check(one === "one" && two === "two", "mixed up");
  await node.shell.write("/tmp/assay-replay-test", "content");
  check((await node.shell.read("/tmp/assay-replay-test")).toString() === "content", "other content");
  await node.run(["rm", "/tmp/assay-replay-test"]);
  await using running = await node.shell.spawn(["cat"]);
  await running.write("hello");
  running.endInput();
  let text = "";
  for await (const chunk of running.stdout) text += Buffer.from(chunk).toString();
  check(text === "hello", `cat gave ${text}`);
  check((await running.completed).exitCode === 0, "cat failed");
};

test("a case is replayed with every kind of call and the same verdict", async () => {
  const { recording, report } = await record(busy);
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  const replayed = await replay(recording, busy);
  expect(replayed).toMatchObject({
    isAsRecorded: true,
    divergence: undefined,
    missing: [],
    verdict: { status: "PASSED" },
  });
});

test("pauses of the case take no time", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    const startedAt = Date.now();
    await node.text(["true"]);
    await pause(150);
    check(Date.now() - startedAt >= 149, `only ${Date.now() - startedAt} ms have passed`);
  };
  const { recording } = await record(body);
  const later: CaseBody = async (context) => {
    await body(context);
    await pause(3_000_000);
  };
  const replayed = await replay(recording, later);
  expect(replayed).toMatchObject({ isAsRecorded: true });
  expect(replayed.elapsedMs).toBeLessThan(1000);
});
