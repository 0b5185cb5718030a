import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { Workspace } from "./run-assay.ts";

const RUNBOOK = `name: full
platform: [{ type: local }]
testcase:
  - criteria: { name: verify_cpu_count }
    times: 300
`;

/**
 * Runs assay with its run folders on a file system of `size` that this one process sees, and copies what it holds in the
 * end to where the test can read it.
 */
async function runOnDiskOf(size: string, space: Workspace): Promise<{ exitCode: number; stderr: string }> {
  const script = `mount -t tmpfs -o size=${size} none runs && { "$@"; code=$?; cp -r runs/. kept; exit $code; }`;
  const command = ["--mount", "--map-root-user", "sh", "-c", script, "sh", ...space.command(["run", "-r", "r.yml"])];
  return await new Promise((resolve) => {
    const child = execFile("unshare", command, { cwd: space.path }, (_, __, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stderr }),
    );
  });
}

// The sizes make different files meet the end of the disk: the journal, the folder of a case, its streams.
test.for(["200k", "300k", "444k", "604k", "900k"])(
  "a disk of %s that fills up ends the run with the reason, and no result is lost",
  async (size) => {
    const space = new Workspace({ "r.yml": RUNBOOK, "runs/.keep": "", "kept/.keep": "" });
    const { exitCode, stderr } = await runOnDiskOf(size, space);
    expect(stderr).toMatch(/assay: The disk that holds '\S+' is full\.\n {2}Free some space/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(exitCode).toBe(3);
    const [run] = space.runsIn("kept");
    const events = readJournal(`${space.path}/kept/${run}/journal.ndjson`);
    const told = [...stderr.matchAll(/^PASSED +(\S+)/gm)].map(([, id]) => id);
    const kept = events.flatMap((event) => (event.type === "case-finished" ? [event.resultId] : []));
    expect(kept).toEqual(told);
  },
);
