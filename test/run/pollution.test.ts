import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../packages/assay/src/events/types.ts";
import { type Aftercare, DEFAULT_AFTERCARE } from "../../packages/assay/src/run/aftercare.ts";
import { attendCase } from "../../packages/assay/src/run/attend-case.ts";
import { CaseFolder } from "../../packages/assay/src/run/case-folder.ts";
import { PollutionWatch } from "../../packages/assay/src/run/pollution/pollution-watch.ts";
import { type CaseBody, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";

interface Attendance {
  readonly body: CaseBody;
  readonly isShared: boolean;
  readonly pollution?: Aftercare["pollution"];
}

/** Runs a case on a machine that is a shell of this host, and tells what was found on it. */
async function attend({ body, isShared, pollution = "auto" }: Attendance) {
  const { signal } = new AbortController();
  const made = suite("S", { area: "test", about: "x" }, ({ test: define }) =>
    define("c", { about: "A case.", priority: 1 }, body),
  );
  const [testCase] = made.cases;
  if (testCase === undefined) throw new Error("The suite has no case.");
  await using environment = await new LocalGuests().deploy(
    { nodeCount: 1, cores: 1, memoryMb: 1, features: [], coldBoot: false },
    { environmentName: "e", signal, logFolder: "/", progress: () => undefined },
  );
  const events: EventBody[] = [];
  await using folder = new CaseFolder(mkdtempSync(join(tmpdir(), "assay-pollution-")), "cases/S.c", (text) => text);
  const { finished, isReusable } = await attendCase({
    case: testCase,
    identity: { resultId: "S.c", suite: "S", case: "c" },
    environment,
    folder,
    mask: (text) => text,
    variables: {},
    timeoutMs: 0,
    ignoreFailure: false,
    signal,
    emit: (event) => events.push(event),
    aftercare: { ...DEFAULT_AFTERCARE, diagnosticsMs: 0, pollution },
    watch: new PollutionWatch(),
    isShared,
  });
  const told = events.filter((event) => event.type === "case-pollution");
  return { finished, isReusable, findings: told.flatMap(({ findings }) => findings) };
}

// Not in the folder of the tests: only the top of /tmp is looked at.
const LEFT = `/tmp/assay-left-${process.pid}`;

test("what a case leaves behind on a shared machine is told, and no other case meets it", async () => {
  let pid = 0;
  const litters: CaseBody = async ({ node }) => {
    await node.text(["touch", LEFT]);
    pid = Number(await node.text(["sh", "-c", "setsid sleep 976.5 >/dev/null 2>&1 & echo $!"]));
  };
  try {
    const { finished, isReusable, findings } = await attend({ body: litters, isShared: true });
    expect(finished).toMatchObject({ status: "PASSED", message: "" });
    expect(isReusable).toBe(false);
    expect(findings).toContain(`new file ${LEFT}`);
    expect(findings).toContain(`new process sleep (${pid})`);
  } finally {
    if (pid > 0) process.kill(pid);
    rmSync(LEFT, { force: true });
  }
});

const silent: CaseBody = async ({ node }) => void (await node.text(["touch", LEFT]));

test.each<[string, Omit<Attendance, "body">, boolean]>([
  ["a machine of its own is not looked at", { isShared: false }, false],
  ["unless it is asked for", { isShared: false, pollution: "on" }, true],
  ["a shared one neither when it is turned off", { isShared: true, pollution: "off" }, false],
])("%s", async (_name, given, isFound) => {
  try {
    const { findings } = await attend({ ...given, body: silent });
    expect(findings.includes(`new file ${LEFT}`)).toBe(isFound);
  } finally {
    rmSync(LEFT, { force: true });
  }
});
