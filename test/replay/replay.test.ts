import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { CaseBody } from "../../packages/assay/src/suite/suite.ts";
import { Cat } from "../../packages/assay/src/tools/cat.ts";
import { record, replay } from "./record-and-replay.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-replay-"));

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const sameAsRecorded = { isAsRecorded: true, divergence: undefined, missing: [] };

test("every kind of call is answered as it was, and the verdict is the same", async () => {
  const remote = join(folder, "remote file");
  const local = join(folder, "local file");
  writeFileSync(local, Buffer.from([0, 1, 255]));
  const body: CaseBody = async ({ node, environment, expect: check, signal }) => {
    const { kernelRelease } = await node.facts();
    check(kernelRelease !== "" && environment.nodes.length === 1, "no facts");
    const failed = await node.run(["sh", "-c", "echo out; echo err >&2; exit 3"]);
    check(failed.exitCode === 3 && failed.stdout === "out\n" && failed.stderr === "err\n", "other outcome");
    await node.shell.write(remote, "content", { mode: 0o600 });
    check(Buffer.from(await node.shell.read(remote)).toString() === "content", "other content");
    await node.shell.upload(local, remote);
    await node.shell.download(remote, `${local} again`);
    check(readFileSync(`${local} again`).equals(readFileSync(local)), "other bytes");
    await node.shell.reconnect({ timeoutMs: 1000, signal });
    const missing = await node.shell.read(`${remote} not there`).catch((error: Error) => error);
    check(missing instanceof Error && missing.name === "CommandFailed", "no error");
    await using running = await node.shell.spawn(["cat"]);
    await running.write("hel");
    await running.write("lo");
    running.endInput();
    check((await textOf(running.stdout)) === "hello", "cat gave something else");
    check((await running.completed).exitCode === 0, "cat failed");
  };
  const { recording, report } = await record(body);
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  writeFileSync(`${local} again`, "");
  expect(await replay(recording, body)).toMatchObject({ ...sameAsRecorded, verdict: { status: "PASSED" } });
});

test("the same command asked again takes the answers in their order", async () => {
  const file = join(folder, "count");
  const count = sh`echo x >>${file}; wc -l <${file}`;
  const body: CaseBody = async ({ node, expect: check }) => {
    for (const wanted of ["1", "2", "3"]) check((await node.text(count)).trim() === wanted, `not ${wanted}`);
  };
  const { recording } = await record(body);
  expect(await replay(recording, body)).toMatchObject(sameAsRecorded);
});

test("concurrent commands keep their answers, also when they are asked for in another order", async () => {
  const say = (word: string, after: string) => sh`sleep ${after}; echo ${word}`;
  const both =
    (words: readonly (readonly [string, string])[]): CaseBody =>
    async ({ node, expect: check }) => {
      await Promise.all(words.map(async ([word, after]) => check((await node.text(say(word, after))) === word, word)));
    };
  const { recording } = await record(
    both([
      ["slow", "0.2"],
      ["quick", "0.01"],
    ]),
  );
  expect(
    await replay(
      recording,
      both([
        ["slow", "0.2"],
        ["quick", "0.01"],
      ]),
    ),
  ).toMatchObject(sameAsRecorded);
  expect(
    await replay(
      recording,
      both([
        ["quick", "0.01"],
        ["slow", "0.2"],
      ]),
    ),
  ).toMatchObject(sameAsRecorded);
});

test("a changed command is told with what was recorded, what is asked now and the line of the case", async () => {
  const { recording } = await record(async ({ node }) => void (await node.text(["echo", "--all", "one"])));
  const replayed = await replay(recording, async ({ node }) => void (await node.text(["echo", "--all", "two"])));
  expect(replayed).toMatchObject({
    isAsRecorded: false,
    divergence: {
      kind: "changed",
      node: "node-0",
      expected: "run echo --all one",
      got: "run echo --all two",
      at: expect.stringMatching(/replay\.test\.ts:\d+:\d+$/),
    },
    verdict: { status: "FAILED", failureClass: "test" },
  });
});

test.each<[string, CaseBody, object]>([
  [
    "a call that is new",
    async ({ node }) => {
      await node.text(["echo", "one"]);
      await node.shell.read("/etc/hostname");
    },
    { kind: "new", expected: undefined, got: "read /etc/hostname", next: undefined },
  ],
  ["a call that is missing", async () => undefined, { kind: "missing", expected: "run echo one", got: undefined }],
  [
    "another working folder",
    async ({ node }) => void (await node.text(["echo", "one"], { cwd: "/" })),
    { kind: "changed", got: "run (in /) echo one", expected: "run echo one", next: "run echo one" },
  ],
  [
    "other input",
    async ({ node }) => void (await node.text(["echo", "one"], { stdin: "two" })),
    { kind: "changed", got: 'run echo one << "two"' },
  ],
])("%s is a divergence", async (_name, body, divergence) => {
  const { recording } = await record(async ({ node }) => void (await node.text(["echo", "one"])));
  expect(await replay(recording, body)).toMatchObject({ isAsRecorded: false, divergence });
});

test("a case cannot catch a divergence and go on", async () => {
  const { recording } = await record(async ({ node }) => void (await node.text(["true"])));
  const replayed = await replay(recording, async ({ node }) => {
    await node.text(["true"]);
    await node.text(["something", "else"]).catch(() => "");
  });
  expect(replayed).toMatchObject({ isAsRecorded: false, divergence: { kind: "new", got: "run something else" } });
});

test("other limits, and other UUIDs that code makes up, change nothing", async () => {
  const file = join(folder, "marked");
  writeFileSync(file, "what stands there");
  const reads =
    (timeoutMs: number): CaseBody =>
    async ({ node, expect: check }) => {
      const files = await node.tool(Cat).readExisting([file]);
      check(files.get(file) === "what stands there", `read ${JSON.stringify([...files])}`);
      await node.text(["true"], { timeoutMs, maxOutputBytes: timeoutMs });
    };
  const { recording } = await record(reads(1000));
  expect(await replay(recording, reads(2000))).toMatchObject(sameAsRecorded);
});

test("an answer that was tampered with changes the verdict", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    const answer = await node.text(["echo", "right"]);
    check(answer === "right", `The answer is '${answer}'.`);
  };
  const { recording } = await record(body);
  const tampered = JSON.parse(JSON.stringify(recording).replaceAll("right\\n", "wrong\\n"));
  expect(await replay(tampered, body)).toMatchObject({
    isAsRecorded: false,
    divergence: undefined,
    recorded: { status: "PASSED" },
    verdict: { status: "FAILED", failureClass: "product", message: "The answer is 'wrong'." },
  });
});

test("a streamed command that was killed ends when the case kills it", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    await using running = await node.shell.spawn(sh`echo first; exec sleep 100`);
    for await (const chunk of running.stdout) {
      check(Buffer.from(chunk).toString() === "first\n", "something else first");
      break;
    }
    await running.kill();
    const { outcome } = await running.completed;
    check(outcome.kind === "signalled", `it ${outcome.kind}`);
  };
  const { recording, report } = await record(body);
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  expect(await replay(recording, body)).toMatchObject(sameAsRecorded);
});

test("what a case reads of a command after it has ended was there by then", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    await using running = await node.shell.spawn(sh`echo one >&2; echo two`);
    await running.completed;
    check((await textOf(running.stderr)) === "one\n", "another error");
    check((await textOf(running.stdout)) === "two\n", "another output");
  };
  const { recording, report } = await record(body);
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  expect(await replay(recording, body)).toMatchObject({ ...sameAsRecorded, verdict: { status: "PASSED" } });
});

test("each of several nodes gets its own answers", async () => {
  const body: CaseBody = async ({ environment, expect: check }) => {
    const names = environment.nodes.map(({ name }) => name);
    check(names.join() === "node-0,node-1,node-2", `other nodes: ${names}`);
    const count = sh`mktemp -u`;
    const answers = await Promise.all(environment.nodes.map((node) => node.text(count)));
    check(new Set(answers).size === 3, "equal answers");
    const [, second] = environment.nodes;
    check((await second?.text(["echo", answers[1] ?? ""])) === answers[1], "another echo");
  };
  const { recording, report } = await record(body, { nodes: 3 });
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  const calls = recording.entries.filter((entry) => entry.kind === "call" && entry.method === "run");
  expect(calls.map((entry) => "node" in entry && entry.node)).toEqual(["node-0", "node-1", "node-2", "node-1"]);
  expect(await replay(recording, body)).toMatchObject({ ...sameAsRecorded, verdict: { status: "PASSED" } });
});

test("other input to a streamed command is a divergence", async () => {
  const say =
    (word: string): CaseBody =>
    async ({ node }) => {
      await using running = await node.shell.spawn(["cat"]);
      await running.write(word);
      running.endInput();
      await running.completed;
    };
  const { recording } = await record(say("one"));
  expect(await replay(recording, say("one"))).toMatchObject(sameAsRecorded);
  expect(await replay(recording, say("two"))).toMatchObject({
    divergence: { kind: "changed", expected: 'input "one"', got: 'input "two"' },
  });
});

test("each attempt of a case that is tried again has its recording, and a failure is replayed as one", async () => {
  const body: CaseBody = async ({ node, fail }) => fail(`failed: ${await node.text(["echo", "so"])}`);
  const { recording, path, report } = await record(body, {
    runbook: "",
    testcase: "  - criteria: {}\n    retry: 1",
  });
  expect(report.results[0]).toMatchObject({ status: "FAILED", message: "failed: so" });
  expect(readFileSync(path.replace(/\/recording/, "-attempt-2/recording")).length).toBeGreaterThan(0);
  expect(await replay(recording, body)).toMatchObject({ ...sameAsRecorded, verdict: { message: "failed: so" } });
});

test("what comes after the case is a part of the recording", async () => {
  const body: CaseBody = async ({ node }) => void (await node.text(["echo", "case"]));
  const afterCase: CaseBody = async ({ node }) => void (await node.text(["echo", "after"]));
  const { recording } = await record(body, { afterCase });
  expect(await replay(recording, body, { afterCase })).toMatchObject(sameAsRecorded);
  expect(await replay(recording, body)).toMatchObject({ divergence: { kind: "missing", expected: "run echo after" } });
});

test("pauses inside a case are jumped over, those outside are not", async () => {
  const { recording } = await record(async ({ node }) => void (await node.text(["true"])));
  const outside = pause(300).then(() => performance.now());
  const startedMs = performance.now();
  const replayed = await replay(recording, async ({ node }) => {
    await node.text(["true"]);
    await pause(3_000_000);
  });
  expect(replayed).toMatchObject(sameAsRecorded);
  expect(replayed.elapsedMs).toBeLessThan(10_000);
  expect((await outside) - startedMs).toBeGreaterThanOrEqual(299);
});
