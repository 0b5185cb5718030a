import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "assay-check-"));

function assay(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { NO_COLOR: _, ...environment } = process.env;
  return new Promise((resolve) => {
    const main = join(root, "packages/assay/src/cli/main.ts");
    execFile(process.execPath, [main, ...args], { cwd: folder, env: environment }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

test("check shows every problem and ends with 2", async () => {
  writeFileSync(
    join(folder, "bad.yml"),
    "nmae: x\nplatform: [{ type: local }]\ntestcase: [{ criteria: {}, times: 0 }]\n",
  );
  const { code, stdout } = await assay("check", "-r", "bad.yml");
  expect(code).toBe(2);
  expect(stdout).toBe(`bad.yml:1:1: error S01: The key 'nmae' is not known in a runbook.
  nmae: x
  ^
  help: Did you mean 'name'?
bad.yml:3:35: error S04: 'testcase[0].times' must be a whole number from 1 to 10000, found the number 0.
  testcase: [{ criteria: {}, times: 0 }]
                                    ^
'bad.yml' has 2 errors, 0 warnings.
`);
});

test("what patterns ask for is looked at in the same pass, however wrong the rest is", async () => {
  writeFileSync(
    join(folder, "mixed.yml"),
    "testcase: [{ criteria: { name: verify_gurb } }]\nplatform: [{ type: local }]\nconcurrency: many\n",
  );
  const { code, stdout } = await assay("check", "-r", "mixed.yml");
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /^mixed\.yml:1:32: error X04: No case is named 'verify_gurb'\.[\s\S]*help: Did you mean 'verify_grub'[\s\S]*mixed\.yml:3:14: error S02:/,
  );
});

test("check --json is one document with places", async () => {
  writeFileSync(
    join(folder, "unknown.yml"),
    "platform: [{ type: local }]\ntestcase: [{ criteria: { name: smoke_tets } }]\n",
  );
  const { code, stdout } = await assay("check", "-r", "unknown.yml", "--json");
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    diagnostics: [
      {
        severity: "error",
        code: "X04",
        message: "No case is named 'smoke_tets'.",
        file: "unknown.yml",
        line: 2,
        column: 32,
        help: "Did you mean 'smoke_test'?",
        trail: [],
      },
    ],
  });
});

test("check is content with a good runbook, and masks secrets in excerpts", async () => {
  const good = await assay("check", "-r", join(root, "runbooks/default.yml"), "--json");
  expect([good.code, JSON.parse(good.stdout)]).toEqual([0, { ok: true, diagnostics: [] }]);
  writeFileSync(join(folder, "secret.yml"), "platform: [{ type: local }]\nname: [hunter2]\n");
  const { stdout } = await assay("check", "-r", "secret.yml", "-v", "s:p:hunter2");
  expect(stdout).toContain("name: [******]");
  expect(stdout).not.toContain("hunter2");
});

test("a runbook that does not exist is one message and exit code 2", async () => {
  const { code, stdout } = await assay("check", "-r", "nowhere.yml");
  expect(code).toBe(2);
  expect(stdout).toMatch(/error F05: The file 'nowhere.yml' does not exist\./);
  expect((await assay("check")).code).toBe(2);
});

test("list shows the catalogue, or what a runbook selects", async () => {
  const all: { cases: { case: string; suite: string; area: string; priority: number; about: string }[] } = JSON.parse(
    (await assay("list", "--json")).stdout,
  );
  expect(all.cases).toContainEqual(
    expect.objectContaining({ case: "smoke_test", suite: "Provisioning", area: "provisioning", priority: 0 }),
  );
  writeFileSync(
    join(folder, "one.yml"),
    "platform: [{ type: local }]\ntestcase: [{ criteria: { name: verify_cpu_count }, times: 3 }]\n",
  );
  const { code, stdout } = await assay("-r", "one.yml", "list");
  expect(code).toBe(0);
  expect(stdout.split("\n")[1]).toMatch(/^verify_cpu_count\s+CPU\s+core\s+1\s+\S/);
  expect(stdout).toMatch(/\n1 case\n$/);
  writeFileSync(join(folder, "broken.yml"), "nmae: x\n");
  const broken = await assay("list", "-r", "broken.yml");
  expect(broken.code).toBe(2);
  expect(broken.stderr).toMatch(/Did you mean 'name'/);
});
