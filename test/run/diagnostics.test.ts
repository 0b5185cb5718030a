import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../packages/assay/src/events/types.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { type Aftercare, DEFAULT_AFTERCARE } from "../../packages/assay/src/run/aftercare.ts";
import { attendCase } from "../../packages/assay/src/run/attend-case.ts";
import { CaseFolder } from "../../packages/assay/src/run/case-folder.ts";
import { readDiagnostics } from "../../packages/assay/src/run/diagnostics/read-diagnostics.ts";
import { PollutionWatch } from "../../packages/assay/src/run/pollution/pollution-watch.ts";
import { type CaseBody, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

const never = new AbortController().signal;

test("a node tells how it is through the local shell", async () => {
  const { texts, problem } = await readDiagnostics({ name: "node-0", shell: new LocalShell() }, 60_000, never);
  expect(problem).toBeUndefined();
  expect([...texts.keys()]).toEqual(
    expect.arrayContaining(["system", "meminfo", "mounts", "cmdline", "disks", "proc", "core-dumps"]),
  );
  expect(texts.get("meminfo")).toMatch(/^MemTotal: /);
  expect(texts.get("proc")).toMatch(/^-- \/proc\/vmstat\nnr_free_pages /);
});

/** A program of this name hangs on the node, and the one that would end it in time does not. */
async function hangAt(program: string, folder: string): Promise<void> {
  for (const [name, text] of [
    [program, "#!/bin/sh\nexec sleep 981.5\n"],
    ["timeout", '#!/bin/sh\nshift\nexec "$@"\n'],
  ] as const) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}

test("a node that hangs half-way costs the limit, and what it said before is kept", async () => {
  await using server = await startSshServer({ searchFolder: "bin" });
  await hangAt("dmesg", join(server.folder, "bin"));
  await using shell = await connectSsh({ ...server, useChannel: true });
  const startedMs = performance.now();
  const { texts, problem } = await readDiagnostics({ name: "node-0", shell }, 2000, never);
  expect(performance.now() - startedMs).toBeLessThan(4000);
  expect([...texts.keys()]).toEqual(["system"]);
  expect(problem).toBe("Node 'node-0' did not tell all about itself within 2 s.");
});

test("a node that is gone is asked once and told as such", async () => {
  await using server = await startSshServer();
  const shell = await connectSsh({ ...server, useChannel: true });
  await shell[Symbol.asyncDispose]();
  const { texts, problem } = await readDiagnostics({ name: "node-0", shell }, 20_000, never);
  expect(texts.size).toBe(0);
  expect(problem).toContain("lost");
});

test("a cancelled run waits for no diagnostics", async () => {
  const shell = new LocalShell();
  const { problem } = await readDiagnostics({ name: "node-0", shell }, 20_000, AbortSignal.abort("SIGINT"));
  expect(problem).toBeDefined();
});

async function attend(body: CaseBody, aftercare: Partial<Aftercare> = {}) {
  const made = suite("S", { area: "test", about: "x" }, ({ test: define }) =>
    define("c", { about: "A case.", priority: 1 }, body),
  );
  const [testCase] = made.cases;
  if (testCase === undefined) throw new Error("The suite has no case.");
  await using environment = await new LocalGuests().deploy(
    { nodeCount: 1, cores: 1, memoryMb: 1, features: [], coldBoot: false },
    { environmentName: "e", signal: never, logFolder: "/", progress: () => undefined },
  );
  const runFolder = mkdtempSync(join(tmpdir(), "assay-diagnostics-"));
  const events: EventBody[] = [];
  const mask = (text: string): string => text.replaceAll("MemTotal", "******");
  await using folder = new CaseFolder(runFolder, "cases/S.c", mask);
  const { finished } = await attendCase({
    case: testCase,
    identity: { resultId: "S.c", suite: "S", case: "c" },
    environment,
    folder,
    mask,
    variables: {},
    timeoutMs: 0,
    ignoreFailure: false,
    signal: never,
    emit: (event) => events.push(event),
    aftercare: { ...DEFAULT_AFTERCARE, pollution: "off", ...aftercare },
    watch: new PollutionWatch(),
    isShared: false,
  });
  return { finished, runFolder, told: events.filter((event) => event.type === "case-diagnostics") };
}

const fails: CaseBody = async ({ fail }) => fail("3 is not 4");

test("a failed case has them in its folder, masked, and its time and commands are its own", async () => {
  const { finished, runFolder, told } = await attend(fails);
  expect(finished.status).toBe("FAILED");
  expect(told).toHaveLength(1);
  expect(told[0]?.files).toContainEqual({
    name: "diagnostics/meminfo.txt",
    path: "cases/S.c/diagnostics/meminfo.txt",
    sizeBytes: expect.any(Number),
  });
  expect(readFileSync(join(runFolder, "cases/S.c/diagnostics/meminfo.txt"), "utf8")).toMatch(/^\*{6}: /);
  expect(finished.durationMs).toBeLessThan(told[0]?.elapsedMs ?? 0);
});

test("a case that passes has none, nor one for which they are turned off", async () => {
  const passed = await attend(async () => undefined);
  const off = await attend(fails, { diagnosticsMs: 0 });
  expect([...passed.told, ...off.told]).toEqual([]);
  expect(existsSync(join(passed.runFolder, "cases/S.c/diagnostics"))).toBe(false);
});
