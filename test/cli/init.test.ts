import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Workspace } from "./run-assay.ts";

const read = (space: Workspace, name: string): string => readFileSync(join(space.path, name), "utf8");

/** Runs what `node --test` finds in the folder; the generated test uses Node's own runner, so that it needs no package. */
async function nodeTest(space: Workspace): Promise<string> {
  // Not under the environment of the runner of this file, which Node's own would take for its parent.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap"], {
    cwd: space.path,
    env,
  });
  return stdout;
}

test("a new suite runs, and so does its test", async () => {
  const space = new Workspace();
  const init = await space.assay(["init", "suite", "DiskRoom", "--json"]);
  expect(JSON.parse(init.stdout)).toEqual({
    suite: "DiskRoom",
    files: [
      "disk_room.ts",
      "disk_room.test.ts",
      "disk_room.yml",
      "README.md",
      "package.json",
      "tsconfig.json",
      "node_modules/assay",
    ],
  });
  const run = await space.assay(["run", "-r", "disk_room.yml", "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    exitCode: 0,
    results: [{ suite: "DiskRoom", case: "verify_disk_room", status: "PASSED" }],
  });
  const tap = await nodeTest(space);
  expect(tap).toMatch(/# pass 4\n# fail 0/);
  expect(read(space, "README.md")).toMatch(/^## Suite DiskRoom\n/);
});

test("a second suite stands beside the first and in the same README", async () => {
  const space = new Workspace({ "README.md": "# Mine\n", "package.json": '{ "type": "commonjs" }' });
  await space.assay(["init", "suite", "first"]);
  const { stdout } = await space.assay(["init", "suite", "second-one"]);
  expect(stdout).toContain("wrote second_one.mts\n");
  expect(read(space, "README.md")).toMatch(/^# Mine\n\n## Suite First\n[\s\S]+\n\n## Suite SecondOne\n/);
  expect(read(space, "package.json")).toBe('{ "type": "commonjs" }');
  const list = await space.assay(["list", "-r", "second_one.yml", "--json"]);
  expect(JSON.parse(list.stdout).cases).toMatchObject([{ suite: "SecondOne", case: "verify_second_one" }]);
  expect(await nodeTest(space)).toMatch(/# pass 8\n# fail 0/);
});

test("nothing is written over without --force", async () => {
  const space = new Workspace({ "mine.yml": "name: precious\n" });
  const refused = await space.assay(["init", "suite", "mine"]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("'mine.yml' exists already");
  expect(read(space, "mine.yml")).toBe("name: precious\n");
  expect(existsSync(join(space.path, "mine.ts"))).toBe(false);
  expect((await space.assay(["init", "suite", "mine", "--force"])).exitCode).toBe(0);
  expect(read(space, "mine.yml")).toContain("./mine.ts");
});

test.each([
  ["../x", "'../x' cannot be the name of a suite"],
  ["9lives", "'9lives' cannot be the name of a suite"],
  ["Cpu", "There is a built-in suite 'Cpu'"],
])("the name %s is refused", async (name, message) => {
  const space = new Workspace();
  const { exitCode, stderr } = await space.assay(["init", "suite", name]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
