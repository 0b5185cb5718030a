import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/write-an-extension.md"), "utf8");

/** The examples of the page, by the file name in their first line. */
const files = Object.fromEntries(
  [...page.matchAll(/```(?:ts|yaml)\n(?:\/\/|#) (\S+)\n(.*?)```/gs)].map(([, name = "", text = ""]) => [name, text]),
);

test("the examples of the page work together", async () => {
  expect(Object.keys(files)).toEqual([
    "first.yml",
    "mine/greeting.ts",
    "mine/shout.ts",
    "mine/tally.ts",
    "mine/lab.ts",
  ]);
  const space = new Workspace(files);
  const check = await space.assay(["check", "-r", "first.yml"]);
  expect(check.stdout).toBe("'first.yml' is good: 1 case selected, 0 errors, 0 warnings.\n");
  const run = await space.assay(["run", "-r", "first.yml", "--json"]);
  expect(JSON.parse(run.stdout), run.stderr).toMatchObject({
    exitCode: 0,
    results: [{ suite: "Greeting", case: "verify_greeting", status: "PASSED" }],
  });
  const [folder = ""] = space.runs;
  expect(readFileSync(join(space.path, "runs", folder, "tally.txt"), "utf8")).toBe("verify_greeting PASSED");
});

test("the platform of the page is checked and planned by its keys", async () => {
  const runbook =
    "extension: mine\nplatform: [{ type: lab, lab: { address: 192.0.2.1 } }]\ntestcase: [{ criteria: { area: mine } }]\n";
  const space = new Workspace({ ...files, "lab.yml": runbook });
  expect((await space.assay(["check", "-r", "lab.yml"])).exitCode).toBe(0);
  const explained = await space.assay(["explain", "verify_greeting", "-r", "lab.yml"]);
  expect(explained.stdout).toMatch(/^Greeting\.verify_greeting runs on the platform 'lab'\./);
});
