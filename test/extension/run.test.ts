import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";

const files = {
  "r.yml": `extension: [mine]
platform: [{ type: local }]
testcase: [{ criteria: { area: mine } }]
`,
  "mine/mine.ts": `import { type CaseContext, suite } from "assay/suite";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  test("verify_echo", { about: "The machine answers.", priority: 1 }, async ({ node, expect }: CaseContext) => {
    expect((await node.text(["echo", "hello"])).trim() === "hello", "It does not answer.");
  });
  test("verify_absent", { about: "Something is missing.", priority: 2 }, async ({ skip }: CaseContext) => {
    skip("It is not here.");
  });
});
`,
  "mine/throws.js": "",
};

test("cases of an extension are checked, listed and run like built-in ones", async () => {
  const space = new Workspace(files);
  const check = await space.assay(["check", "-r", "r.yml"]);
  expect(check.stdout).toBe("'r.yml' is good: 2 cases selected, 0 errors, 0 warnings.\n");
  const list = await space.assay(["list", "-r", "r.yml", "--json"]);
  expect(JSON.parse(list.stdout).cases).toMatchObject([
    { suite: "Mine", case: "verify_echo" },
    { suite: "Mine", case: "verify_absent" },
  ]);
  const run = await space.assay(["run", "-r", "r.yml", "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    exitCode: 0,
    // The skip is a skip: the extension's 'assay' is the one that runs it.
    results: [
      { case: "verify_echo", status: "PASSED" },
      { case: "verify_absent", status: "SKIPPED", message: "It is not here." },
    ],
  });
});

test("an extension that throws ends every command with its place and exit code 2", async () => {
  const space = new Workspace({ ...files, "mine/throws.js": 'throw new Error("no licence");' });
  for (const command of ["check", "list", "run"]) {
    const { exitCode, stdout, stderr } = await space.assay([command, "-r", "r.yml"]);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toMatch(/r\.yml:1:13: error E03: .*throws\.js' cannot be loaded: Error: no licence \(/);
  }
  expect(space.runs).toEqual([]);
});
