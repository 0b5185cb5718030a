import { expect, test } from "vitest";
import { makeNode } from "../../packages/assay/src/node/make-node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import type { Shell } from "../../packages/assay/src/node/shell/types.ts";
import { runCase } from "../../packages/assay/src/run/run-case.ts";
import { type CaseBody, suite } from "../../packages/assay/src/suite/suite.ts";
import { processesWith } from "../../packages/assay/src/testing/process-list.ts";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

interface Guest extends AsyncDisposable {
  readonly shell: Shell;
}

async function overSsh(useChannel: boolean): Promise<Guest> {
  const server = await startSshServer();
  const shell = await connectSsh({ ...server, useChannel });
  return {
    shell,
    async [Symbol.asyncDispose]() {
      await shell[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const SHELLS: Readonly<Record<string, () => Promise<Guest>>> = {
  "the local shell": async () => ({ shell: new LocalShell(), [Symbol.asyncDispose]: async () => undefined }),
  "SSH with a command channel": () => overSsh(true),
  "SSH with a channel for each command": () => overSsh(false),
};

/** Ways of a case to keep a guest busy. Each `word` is a number of seconds that nobody else sleeps. */
const WAYS: Readonly<Record<string, (word: string) => CaseBody>> = {
  "one program":
    (word) =>
    async ({ node }) =>
      void (await node.run(["sleep", word])),
  "a program with children in the background":
    (word) =>
    async ({ node }) =>
      void (await node.run(sh`sleep ${word} & (sleep ${word} & sleep ${word}) & wait`)),
  "a program that does not listen":
    (word) =>
    async ({ node }) =>
      void (await node.run(sh`trap '' TERM HUP INT; sleep ${word}; sleep ${word}`)),
  "several at the same time":
    (word) =>
    async ({ node }) =>
      void (await Promise.all([1, 2, 3].map(() => node.run(["sleep", word])))),
  "a stream that nobody reads":
    (word) =>
    async ({ node }) => {
      const running = await node.shell.spawn(sh`yes & sleep ${word}`);
      await running.completed;
    },
};

const combinations = Object.keys(SHELLS).flatMap((shell) => Object.keys(WAYS).map((way) => [shell, way] as const));

test.concurrent.each(combinations)("through %s a time limit ends %s", async (shellName, wayName) => {
  const open = SHELLS[shellName];
  const way = WAYS[wayName];
  if (open === undefined || way === undefined) throw new Error("The table has a hole.");
  // No other test sleeps for as long, nor another run of this one.
  const word = `9${process.pid}.${combinations.findIndex(([a, b]) => a === shellName && b === wayName) + 100}`;
  await using guest = await open();
  const running: number[] = [];
  const made = suite("S", { area: "test", about: "x" }, ({ test: define }) =>
    define("c", { about: "A case.", priority: 1 }, async (context) => {
      context.signal.addEventListener("abort", () => running.push(...processesWith(word)), { once: true });
      await way(word)(context);
    }),
  );
  const [testCase] = made.cases;
  if (testCase === undefined) throw new Error("The suite has no case.");
  const node = makeNode({
    name: "node-0",
    index: 0,
    isLocal: false,
    connection: { address: "127.0.0.1", port: 0, username: "root" },
    capability: { cores: 1, memoryMb: 1024, features: [] },
    shell: guest.shell,
    features: new Map(),
  });
  const { finished } = await runCase({
    case: testCase,
    identity: { resultId: "S.c", suite: "S", case: "c" },
    environment: {
      name: "e",
      nodes: [node],
      facts: {},
      died: new Promise<never>(() => undefined),
      [Symbol.asyncDispose]: async () => undefined,
    },
    folder: {
      log: () => undefined,
      command: () => undefined,
      serial: () => undefined,
      artifact: async (name) => name,
    },
    variables: {},
    timeoutMs: 3000,
    ignoreFailure: false,
    signal: new AbortController().signal,
    emit: () => undefined,
  });
  expect(finished).toMatchObject({ status: "FAILED", message: "The case was not over after 3 s." });
  expect(finished.durationMs).toBeLessThan(20_000);
  expect(running).not.toEqual([]);
  expect(processesWith(word)).toEqual([]);
  expect(await guest.shell.run(["echo", "still", "there"])).toMatchObject({ stdout: "still there\n" });
});
