import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../events/types.ts";
import { type ConsoleOptions, consoleNotifier } from "./console-notifier.ts";

const ORIGIN = Date.parse("2026-11-21T05:00:00.000Z");
const CPU = { resultId: "Core.cpu", suite: "Core", case: "cpu" };
const BOOT = { resultId: "Core.boot", suite: "Core", case: "boot" };
const SWAP = { resultId: "Core.swap", suite: "Core", case: "swap" };
const planned = (identity: typeof CPU) => ({ ...identity, about: "", priority: 1, area: "core", timeoutMs: 1000 });

const STARTED: EventBody = {
  type: "run-started",
  run: "20261121-050000-demo",
  name: "demo",
  version: "0.1.0",
  runbook: "demo.yml",
  platform: "qemu",
  host: {},
  plan: [planned(CPU), planned(BOOT), planned(SWAP)],
  excluded: [],
};

const STORY: readonly (readonly [atMs: number, body: EventBody])[] = [
  [0, STARTED],
  [100, { type: "notice", level: "warn", text: "KVM cannot run guests.", help: "Use another host." }],
  [200, { type: "platform-progress", environment: undefined, step: "boot template", detail: "debian-12" }],
  [48_200, { type: "platform-progress", environment: undefined, step: "boot template", elapsedMs: 48_000 }],
  [48_300, { type: "platform-progress", environment: "qemu-1", step: "fork" }],
  [48_500, { type: "platform-progress", environment: "qemu-1", step: "fork", elapsedMs: 200 }],
  [50_000, { type: "environment-ready", environment: "qemu-1", elapsedMs: 1700, facts: {}, nodes: ["n0"] }],
  [50_000, { type: "case-started", ...CPU, environment: "qemu-1", folder: "cases/Core.cpu" }],
  [50_100, { type: "case-started", ...BOOT, environment: "qemu-2", folder: "cases/Core.boot" }],
  [50_200, { type: "case-log", ...CPU, level: "info", text: "not shown on the console" }],
  [
    53_000,
    {
      type: "case-finished",
      ...CPU,
      status: "PASSED",
      message: "",
      durationMs: 3000,
      rebootMs: 0,
      environment: "qemu-1",
    },
  ],
  [
    115_000,
    {
      type: "case-finished",
      ...BOOT,
      status: "FAILED",
      failureClass: "product",
      message: "The boot log has an error:\n  \x1b[31mFailed to start x.service\x1b[0m",
      durationMs: 64_900,
      rebootMs: 60_000,
      environment: "qemu-2",
    },
  ],
  [
    115_100,
    {
      type: "case-finished",
      ...SWAP,
      status: "SKIPPED",
      message: "The guest has no swap.",
      durationMs: 0,
      rebootMs: 0,
      environment: undefined,
    },
  ],
  [
    115_200,
    {
      type: "run-finished",
      verdict: "failed",
      reason: "1 case failed.",
      exitCode: 1,
      counts: { passed: 1, failed: 1, skipped: 1, attempted: 0 },
      elapsedMs: 115_200,
    },
  ],
];

const EVENTS = STORY.map(
  ([atMs, body], index): RunEvent => ({ ...body, seq: index + 1, at: new Date(ORIGIN + atMs).toISOString() }),
);

/** A console on a screen that is only remembered, with a clock that stands at the last event. */
function recorded(options: Partial<ConsoleOptions>) {
  const screen = { written: "", nowMs: ORIGIN, tick: undefined as (() => void) | undefined };
  const notifier = consoleNotifier({
    stream: {
      write(text) {
        screen.written += text;
      },
    },
    color: false,
    columns: 80,
    now: () => screen.nowMs,
    everySecond: (tick) => {
      screen.tick = tick;
      return () => {
        screen.tick = undefined;
      };
    },
    ...options,
  });
  const play = (events: readonly RunEvent[]): void => {
    for (const event of events) {
      screen.nowMs = Date.parse(event.at);
      notifier.onEvent(event);
    }
  };
  return { screen, notifier, play };
}

const ESC = String.fromCharCode(0x1b);
const PARTS = new RegExp(`${ESC}\\[(\\d+)A\\r${ESC}\\[0J|\\n|[^\\n${ESC}]+`, "g");

/** What a terminal shows after `written`: only the sequences that the console uses are known. */
function shown(written: string): string[] {
  const lines: string[] = [""];
  for (const [part, up] of written.matchAll(PARTS)) {
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up) + 1, "");
    else if (part === "\n") lines.push("");
    else lines.push(`${lines.pop() ?? ""}${part}`);
  }
  return lines;
}

test("plain output has one line per fact and ends with table, verdict and reports", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-console-"));
  writeFileSync(join(runFolder, "report.html"), "");
  writeFileSync(join(runFolder, "journal.ndjson"), "");
  const { screen, notifier, play } = recorded({ isTty: false, runFolder });
  play(EVENTS);
  expect(await notifier.close()).toEqual([]);
  rmSync(runFolder, { recursive: true });
  expect(screen.tick).toBeUndefined();
  expect(screen.written.replaceAll(runFolder, "RUN")).toMatchInlineSnapshot(`
    "run 20261121-050000-demo: 3 cases on qemu
    warning: KVM cannot run guests.
      Use another host.
    prepare: boot template (debian-12) …
    prepare: boot template, 48 s
    qemu-1: fork …
    qemu-1: fork, 200 ms
    qemu-1: ready in 1.7 s
    started   Core.cpu on qemu-1
    started   Core.boot on qemu-2
    PASSED    Core.cpu  3.0 s
    FAILED    Core.boot  1 min 5 s  The boot log has an error: Failed to start x.service

    PASSED    Core.cpu         3.0 s
    SKIPPED   Core.swap               The guest has no swap.
    FAILED    Core.boot    1 min 5 s  1 min of it rebooting
              The boot log has an error:
                Failed to start x.service
              evidence: RUN/cases/Core.boot

    FAILED  1 case failed.
      1 passed, 1 failed, 1 skipped in 1 min 55 s (guests spent 1 min rebooting)
      RUN/report.html
      RUN/journal.ndjson
    "
  `);
});

test("a terminal shows what goes on in a block at the bottom", () => {
  const { screen, play } = recorded({ isTty: true });
  play(EVENTS.slice(0, 10));
  screen.nowMs += 4000;
  screen.tick?.();
  expect(shown(screen.written).join("\n")).toMatchInlineSnapshot(`
    "run 20261121-050000-demo: 3 cases on qemu
    warning: KVM cannot run guests.
      Use another host.
    prepare: boot template, 48 s
      qemu-1       Core.cpu                                                     4 s
      qemu-2       Core.boot                                                    4 s
      0 of 3 done, 0 passed, 0 failed, 0 skipped                               54 s
    "
  `);
});

test("on a terminal finished cases stay and the block is gone in the end", async () => {
  const { screen, notifier, play } = recorded({ isTty: true });
  play(EVENTS);
  await notifier.close();
  expect(screen.tick).toBeUndefined();
  expect(shown(screen.written).join("\n")).toMatchInlineSnapshot(`
    "run 20261121-050000-demo: 3 cases on qemu
    warning: KVM cannot run guests.
      Use another host.
    prepare: boot template, 48 s
    PASSED    Core.cpu  3.0 s
    FAILED    Core.boot  1 min 5 s  The boot log has an error: Failed to start x.service

    PASSED    Core.cpu         3.0 s
    SKIPPED   Core.swap               The guest has no swap.
    FAILED    Core.boot    1 min 5 s  1 min of it rebooting
              The boot log has an error:
                Failed to start x.service

    FAILED  1 case failed.
      1 passed, 1 failed, 1 skipped in 1 min 55 s (guests spent 1 min rebooting)
    "
  `);
});

test("no line of the block is wider than the terminal, however long the names are", () => {
  for (const columns of [20, 40, 79]) {
    const { screen, play } = recorded({ isTty: true, columns });
    const long = { resultId: "x", suite: "長い名前".repeat(9), case: "y".repeat(90) };
    const at = EVENTS[0]?.at ?? "";
    play([
      ...EVENTS.slice(0, 1),
      { type: "case-started", ...long, environment: "environment-with-a-long-name", folder: "x", seq: 2, at },
    ]);
    const block = shown(screen.written).slice(1, -1);
    expect(block.length).toBe(2);
    for (const line of block) expect(terminalWidth(line)).toBeLessThan(columns + 1);
  }
});

/** Independent of the code under test: in this test only the Japanese characters are wide. */
const terminalWidth = (line: string): number => line.length + (line.match(/[長い名前]/g)?.length ?? 0);

test("many cases at once do not fill the screen", () => {
  const { screen, play } = recorded({ isTty: true });
  play([
    ...EVENTS.slice(0, 1),
    ...Array.from(
      { length: 30 },
      (_, index): RunEvent => ({
        type: "case-started",
        resultId: `Core.case${index}`,
        suite: "Core",
        case: `case${index}`,
        environment: `qemu-${index}`,
        folder: "x",
        seq: index + 2,
        at: EVENTS[0]?.at ?? "",
      }),
    ),
  ]);
  const lines = shown(screen.written);
  expect(lines.length).toBeLessThan(12);
  expect(lines).toContain("  … and 23 more");
});

test("colour is only colour: without it the same text is there", async () => {
  const plain = recorded({ isTty: false, color: false });
  const colourful = recorded({ isTty: false, color: true });
  for (const { notifier, play } of [plain, colourful]) {
    play(EVENTS);
    await notifier.close();
  }
  expect(colourful.screen.written).toContain("\x1b[31mFAILED");
  expect(stripVTControlCharacters(colourful.screen.written)).toBe(plain.screen.written);
});

test("an environment that never came up shows its reason and the end of its console", () => {
  const { screen, play } = recorded({ isTty: false });
  const serialTail = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
  play([
    {
      type: "environment-failed",
      environment: "qemu-1",
      message: "The image did not boot within 60 s.",
      help: "Look at the console.",
      serialTail,
      seq: 1,
      at: EVENTS[0]?.at ?? "",
    },
  ]);
  const lines = screen.written.split("\n");
  expect(lines.slice(0, 3)).toEqual(["qemu-1: The image did not boot within 60 s.", "  Look at the console.", "  …"]);
  expect(lines.slice(3).join("\n")).toMatch(/^ {2}line 25\n(.*\n)+ {2}line 39\n$/);
});
