import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { Workspace } from "./run-assay.ts";

const RESULTS = 130;
const RUNBOOK = `name: full
platform: [{ type: local }]
testcase:
  - criteria: { name: verify_cpu_count }
    times: ${RESULTS}
`;

/** The sizes make different files meet the end of the disk: the journal, the folder of a case, its streams. */
const SIZES = ["200k", "300k", "444k", "604k", "900k"];

const MAKE_ROOM = "mount -o remount,size=60m none runs";

/**
 * Runs assay with its run folders on a file system of `size` that this one process sees, does something when the run
 * pauses and something when it has ended, and copies what the disk holds in the end to where the test can read it.
 */
async function runOnDiskOf(
  size: string,
  space: Workspace,
  then: { readonly onPause: string; readonly atEnd?: string },
): Promise<{ exitCode: number; stderr: string }> {
  const script = `mount -t tmpfs -o size=${size} none runs && mkfifo told
"$@" 2> told & assay=$!
while IFS= read -r line; do
  printf '%s\\n' "$line" >&2
  case $line in *'The run pauses'*) ${then.onPause};; esac
done < told
wait $assay; code=$?
${then.atEnd ?? ":"}
cp -r runs/. kept; exit $code`;
  const run = space.command(["run", "-r", "r.yml", "--id", "r"]);
  const command = ["--mount", "--map-root-user", "sh", "-c", script, "sh", ...run];
  return await new Promise((resolve) => {
    const child = execFile("unshare", command, { cwd: space.path }, (_, __, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stderr }),
    );
  });
}

const workspace = (): Workspace => new Workspace({ "r.yml": RUNBOOK, "runs/.keep": "", "kept/.keep": "" });
const passed = (stderr: string): readonly string[] =>
  [...stderr.matchAll(/^PASSED +(\S+)/gm)].flatMap(([, id]) => id ?? []);
const kept = (space: Workspace): readonly string[] =>
  readJournal(`${space.path}/kept/r/journal.ndjson`).flatMap((event) =>
    event.type === "case-finished" ? [event.resultId] : [],
  );

test.for(SIZES)("on a disk of %s that fills up the run pauses, and goes on when there is room", async (size) => {
  const space = workspace();
  const { exitCode, stderr } = await runOnDiskOf(size, space, { onPause: MAKE_ROOM });
  expect(stderr).toMatch(/^The disk that holds '\S+' is full\. The run pauses until there is room; Ctrl-C ends it\.$/m);
  expect(stderr.match(/The run pauses/g)).toHaveLength(1);
  expect(stderr).toContain("There is room again, and the run goes on.");
  expect(exitCode).toBe(0);
  expect(new Set(kept(space)).size).toBe(RESULTS);
  expect(kept(space)).toHaveLength(RESULTS);
});

test.for(["300k", "604k"])("on a disk of %s a paused run can be ended and gone on with later", async (size) => {
  const space = workspace();
  const again = space.command(["resume", "r"]).join(" ");
  const { exitCode, stderr } = await runOnDiskOf(size, space, {
    onPause: "kill -INT $assay",
    atEnd: `cp runs/r/journal.ndjson kept/first; ${MAKE_ROOM}; ${again} >&2`,
  });
  expect(stderr).toMatch(
    /assay: The disk that holds '\S+' is full\.\n {2}Free some space.* 'assay resume runs\/r' goes on/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(exitCode).toBe(3);
  const told = passed(stderr.slice(0, stderr.indexOf("assay: The disk")));
  const first = readJournal(`${space.path}/kept/first`);
  expect(first.flatMap((event) => (event.type === "case-finished" ? [event.resultId] : []))).toEqual(told);
  expect(new Set(kept(space)).size).toBe(RESULTS);
  expect(kept(space)).toHaveLength(RESULTS);
});
