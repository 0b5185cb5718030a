import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as pause, scheduler, setInterval as ticks } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SerialConsole } from "../../packages/assay/src/features/serial-console.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { CaseBody } from "../../packages/assay/src/suite/suite.ts";
import { record, replay } from "./record-and-replay.ts";

/** Less than the time limit of a case. */
const LONG_MS = 1_200_000;
const sameAsRecorded = { isAsRecorded: true, divergence: undefined, missing: [] };
const nothing: CaseBody = async ({ node }) => void (await node.text(["true"]));

/** Every way to wait there is; each gives the ms it took. */
const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  "setTimeout of timers/promises": () => pause(LONG_MS),
  "setTimeout with a callback": () => new Promise((resolve) => setTimeout(resolve, LONG_MS)),
  "setTimeout made a promise": () => promisify(setTimeout)(LONG_MS),
  "scheduler.wait": () => scheduler.wait(LONG_MS),
  "AbortSignal.timeout": () =>
    new Promise((resolve) => AbortSignal.timeout(LONG_MS).addEventListener("abort", resolve)),
  "setInterval with a callback": () =>
    new Promise<void>((resolve) => {
      let count = 0;
      const timer = setInterval(() => {
        if (++count < 4) return;
        clearInterval(timer);
        resolve();
      }, LONG_MS / 4);
    }),
  "setInterval of timers/promises": async () => {
    let count = 0;
    for await (const _ of ticks(LONG_MS / 4)) if (++count === 4) break;
  },
};

test.each(Object.entries(WAYS))("twenty minutes of %s are over at once, and clocks show it", async (_name, wait) => {
  const { recording } = await record(nothing);
  const replayed = await replay(recording, async (context) => {
    await nothing(context);
    const before = [Date.now(), performance.now()];
    await wait();
    const after = [Date.now(), performance.now()];
    const passed = after.map((time, index) => Math.round((time - (before[index] ?? 0)) / 10) * 10);
    context.expect(
      passed.every((ms) => ms === LONG_MS),
      `passed: ${passed.join(", ")}`,
    );
  });
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { status: "PASSED", message: "" } });
  expect(replayed.elapsedMs).toBeLessThan(5_000);
});

test("the time of day is that of the recording", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    const guestMs = Number(await node.text(["date", "+%s"])) * 1000;
    check(Math.abs(guestMs - Date.now()) < 5_000, `The guest's clock is off by ${guestMs - Date.now()} ms.`);
  };
  const { recording } = await record(body);
  const aged = JSON.parse(JSON.stringify(recording).replaceAll(/"(\d{10})\\n"/g, '"1000000000\\n"'));
  const replayed = await replay({ ...aged, header: { ...aged.header, startedAt: "2001-09-09T01:46:40.000Z" } }, body);
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { message: "" } });
});

test("a case that was too slow is too slow in its replay, at once", async () => {
  const body: CaseBody = async ({ node }) => void (await node.text(["sleep", "100"]));
  const { recording } = await record(body, { timeoutMs: 500 });
  const replayed = await replay(recording, body, { timeoutMs: 500 });
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { status: "FAILED", failureClass: "product" } });
  expect(replayed.verdict.message).toContain("not over after 0.5 s");
});

test("a race between a command and a pause ends as it did", async () => {
  const body: CaseBody = async ({ node, expect: check }) => {
    const first = async (after: string, pauseMs: number) =>
      await Promise.race([node.text(sh`sleep ${after}; echo command`), pause(pauseMs, "pause")]);
    check((await first("0.05", 5_000)) === "command", "the pause was first");
    check((await first("0.5", 50)) === "pause", "the command was first");
    await node.text(sh`sleep 0.6`);
  };
  const { recording } = await record(body);
  expect(await replay(recording, body)).toMatchObject({ ...sameAsRecorded, verdict: { message: "" } });
});

test("what the console printed comes again, and what was typed is looked at", async () => {
  const typing =
    (word: string): CaseBody =>
    async ({ node, expect: check }) => {
      const console = node.feature(SerialConsole);
      const seen: string[] = [];
      const stop = console.follow((text) => seen.push(text));
      await console.write(`${word}\n`);
      await pause(50);
      stop();
      check(seen.join("") === `${word}\n`, `The console printed '${seen.join("")}'.`);
      check((await console.log()).includes(word), "not in the log");
    };
  const { recording } = await record(typing("hello"));
  expect(await replay(recording, typing("hello"))).toMatchObject({ ...sameAsRecorded, verdict: { message: "" } });
  expect(await replay(recording, typing("goodbye"))).toMatchObject({
    divergence: {
      kind: "changed",
      expected: 'SerialConsole.write("hello\\n")',
      got: 'SerialConsole.write("goodbye\\n")',
    },
  });
});

test("a kernel that panicked panics again", async () => {
  const body: CaseBody = async ({ node, signal }) => {
    await node.feature(SerialConsole).write("[    1.0] Kernel panic - not syncing: for a test\n");
    await node.run(["sleep", "30"], { signal });
  };
  const { recording } = await record(body);
  const replayed = await replay(recording, body);
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { status: "FAILED" } });
  expect(replayed.verdict.message).toContain("Kernel panic - not syncing: for a test");
});

test("a machine that died dies again", async () => {
  const body: CaseBody = async ({ node, signal }) => {
    await node.run(["sleep", "0.2"]);
    await node.run(["sleep", "30"], { signal });
  };
  const { recording } = await record(body, {
    onPlatform: (platform) => setTimeout(() => platform.guests[0]?.die("The machine is gone."), 500),
  });
  const replayed = await replay(recording, body);
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { status: "FAILED", message: "The machine is gone." } });
});

test("a case that waits for what the recording does not hold is told apart", async () => {
  const { recording } = await record(nothing);
  const replayed = await replay({ ...recording, header: { ...recording.header, timeoutMs: 0 } }, async (context) => {
    await nothing(context);
    await new Promise(() => undefined);
  });
  expect(replayed).toMatchObject({ isAsRecorded: false, divergence: { kind: "stuck" } });
});

test("a connection of the case's own holds its clock up once, not at every step", async () => {
  const { recording } = await record(nothing);
  const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const replayed = await replay(recording, async (context) => {
    await nothing(context);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    for (let count = 0; count < 10; count++) await pause(1000);
    socket.destroy();
  });
  server.close();
  expect(replayed).toMatchObject({ ...sameAsRecorded, verdict: { message: "" } });
  expect(replayed.elapsedMs).toBeLessThan(15_000);
});

test("replays at the same time have each their own clock", async () => {
  const { recording } = await record(nothing);
  const waiting =
    (waitMs: number): CaseBody =>
    async (context) => {
      await nothing(context);
      const before = performance.now();
      await pause(waitMs);
      const passedMs = Math.round(performance.now() - before);
      context.expect(passedMs === waitMs, `${passedMs} ms have passed`);
    };
  const replays = await Promise.all([10_000, 20_000, 15_000].map((ms) => replay(recording, waiting(ms))));
  expect(replays.map(({ verdict }) => verdict.message)).toEqual(["", "", ""]);
});
