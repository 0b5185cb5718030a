import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Workspace } from "./run-assay.ts";

const RUNBOOK = "name: t\nplatform: [{ type: local }]\ntestcase: [{ criteria: { name: verify_cpu_count } }]\n";

/** Runs the command line with what a shell makes of its output; gives its exit code and what came out all the same. */
async function assayInto(redirection: string, args: readonly string[]) {
  const space = new Workspace({ "r.yml": RUNBOOK });
  const script = `"$@" ${redirection}\necho "code $?"`;
  const { stdout, stderr } = await promisify(execFile)("sh", ["-c", script, "sh", ...space.command(args)], {
    cwd: space.path,
  });
  return { code: /^code (\d+)$/m.exec(stdout)?.[1], stdout, stderr, runs: space.runs };
}

test("a run ends as it would when nobody can read what it shows", async () => {
  for (const redirection of ["2>/dev/full", "2>&-"]) {
    const { code, runs } = await assayInto(redirection, ["run", "-r", "r.yml"]);
    expect([code, runs.length]).toEqual(["0", 1]);
  }
});

test("a reader that stops reading does not end a run", async () => {
  const space = new Workspace({ "r.yml": RUNBOOK });
  // The shell's own code is that of the reader.
  const script = '{ "$@"; echo "code $?" > code; } 2>&1 | head -n 1';
  const args = ["-c", script, "sh", ...space.command(["run", "-r", "r.yml"])];
  const { stdout } = await promisify(execFile)("sh", args, { cwd: space.path });
  expect(stdout).toMatch(/^run /);
  expect(readFileSync(join(space.path, "code"), "utf8")).toBe("code 0\n");
});

test("a document that cannot be written is told and is no success", async () => {
  for (const args of [["list"], ["run", "-r", "r.yml", "--json"]]) {
    const { code, stderr } = await assayInto(">/dev/full", args);
    expect(code).toBe("3");
    expect(stderr).toContain("assay: Standard output cannot be written: ENOSPC");
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});
