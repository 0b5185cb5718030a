import { expect, test } from "vitest";
import { Workspace } from "./run-assay.ts";

const files = {
  "r.yml": `include: [tier.yml]
platform:
  - type: local
variable:
  - name: times
    value: 1
  - name: token
    value: $(times)-hunter2
    is_secret: true
testcase:
  - criteria:
      area: core
    times: $(times)
  - name: slow
    criteria:
      name: verify_l3.*
    select_action: exclude
  - criteria:
      area: provisioning
    retry: 2
`,
  "tier.yml": "variable: [{ name: times, value: 3 }]\ntest_pass: pass $(times)\n",
};

test("a case that runs: what was asked in order, and which entry gave each setting", async () => {
  const { stdout, exitCode } = await new Workspace(files).assay(["explain", "verify_cpu_count", "-r", "r.yml"]);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`CPU.verify_cpu_count runs on the platform 'local'.
  The entry at r.yml:11:5 adds it.

What was asked, in order
  r.yml:11:5  adds it
  r.yml:14:5  is about other cases: its name is 'verify_cpu_count', not 'verify_l3.*'
  r.yml:18:5  is about other cases: its area is 'core', not 'provisioning'
  platform    can serve it

How it runs
  times                1             r.yml:11:5
  retry                0             r.yml:11:5
  timeout              3600 seconds  the case itself
  use_new_environment  false         the case itself
  ignore_failure       false         r.yml:11:5
`);
});

test("a case that is taken out, and one that the platform cannot serve", async () => {
  const space = new Workspace(files);
  const out = await space.assay(["explain", "CPU.verify_l3_cache", "-r", "r.yml"]);
  expect(out.stdout).toMatch(
    /^CPU\.verify_l3_cache does not run\.\n {2}The entry 'slow' at r\.yml:14:5 takes it out\.\n/,
  );
  const skipped = await space.assay(["explain", "smoke_test", "-r", "r.yml", "--json"]);
  expect(JSON.parse(skipped.stdout)).toMatchObject({
    cases: [
      {
        platform: "local",
        suite: "Provisioning",
        case: "smoke_test",
        outcome: "skipped",
        reason: expect.stringMatching(/^The platform cannot serve it: .*machine assay runs on/),
        settings: expect.arrayContaining([
          { key: "retry", value: 2, from: "runbook", file: "r.yml", line: 18, column: 5 },
          { key: "timeout", value: 3600, from: "case", file: null, line: null, column: null },
        ]),
      },
    ],
  });
});

test("combinations that agree are told together", async () => {
  const space = new Workspace({
    "r.yml": `platform: [{ type: local }]
variable: [{ name: area, value: core }, { name: times, value: 1 }]
combinator: { type: grid, items: [{ name: times, value: [1, 2, 2] }, { name: area, value: [core, storage] }] }
testcase: [{ criteria: { area: $(area) }, times: $(times) }]
`,
  });
  const { stdout } = await space.assay(["explain", "verify_cpu_count", "-r", "r.yml"]);
  expect(stdout.split("\n").filter((line) => /^(?:In |CPU| {2}times)/.test(line))).toEqual([
    "In 1 of 6 combinations, first times=1 area=core:",
    "CPU.verify_cpu_count runs on the platform 'local'.",
    "  times                1             r.yml:4:12",
    "In 2 of 6 combinations, first times=2 area=core:",
    "CPU.verify_cpu_count runs on the platform 'local'.",
    "  times                2             r.yml:4:12",
    "In 3 of 6 combinations, first times=1 area=storage:",
    "CPU.verify_cpu_count does not run.",
  ]);
  const json = await space.assay(["explain", "verify_cpu_count", "-r", "r.yml", "--json"]);
  expect(JSON.parse(json.stdout).cases).toMatchObject([
    { combinations: 1, values: { times: 1, area: "core" }, outcome: "runs" },
    { combinations: 2, values: { times: 2, area: "core" }, outcome: "runs" },
    { combinations: 3, values: { times: 1, area: "storage" }, outcome: "excluded" },
  ]);
});

test("combinations that are known in the run only are told", async () => {
  const space = new Workspace({
    "r.yml": `platform: [{ type: local }]
combinator: { type: grid, items: [{ name: area, value: $(t_areas) }] }
transformer: [{ type: to_list, name: t, items: { areas: "core,storage" } }]
testcase: [{ criteria: { area: $(area) } }]
`,
  });
  const { stdout, exitCode } = await space.assay(["explain", "verify_cpu_count", "-r", "r.yml"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^The combinations are known in the run only; this is with the variables as they are\.\n/);
  expect(stdout).toMatch(/r\.yml:4:12 +adds it \(as far as known: some of its values come from the run\)/);
});

test("list --explain tells of every case whether it runs and why", async () => {
  const { stdout, exitCode } = await new Workspace(files).assay(["list", "--explain", "-r", "r.yml"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ {2}CPU\.verify_cpu_count +runs +The entry at r\.yml:11:5 adds it\.$/m);
  expect(stdout).toMatch(/^ {2}CPU\.verify_l3_cache +excluded +The entry 'slow' at r\.yml:14:5 takes it out\.$/m);
  expect(stdout).toMatch(/^ {2}Provisioning\.smoke_test +skipped +The platform cannot serve it: /m);
});

test("nothing is built to explain a case on a platform that makes machines", async () => {
  const space = new Workspace();
  const { stdout, exitCode } = await space.assay(["explain", "smoke_test"], { ASSAY_CACHE: space.path });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Provisioning\.smoke_test runs on the platform 'qemu'\.\n/);
});

test("a variable: its value, what it overrides, and where it goes", async () => {
  const { stdout, exitCode } = await new Workspace(files).assay(
    ["explain", "--variable", "times", "-r", "r.yml", "-v", "times:5"],
    { LISA_times: "4" },
  );
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`times = 5 (number)
  set by -v on the command line: '5'
  The text '5' became the number 5, the type of the value at r.yml:6:12.

It takes the place of
  environment variable LISA_times  '4'
  r.yml:6:12                       1
  tier.yml:1:34                    3

It is used at
  r.yml:8:12     ******
  r.yml:13:12    $(times)
  tier.yml:2:12  pass $(times)
`);
});

test("a variable as JSON, its secret masked", async () => {
  const space = new Workspace(files);
  const { stdout } = await space.assay(["explain", "-v", "token", "-r", "r.yml", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    variable: {
      name: "token",
      value: "******",
      type: "text",
      secret: true,
      from: { source: null, file: "r.yml", line: 8, column: 12, value: "******" },
      references: [{ name: "times", value: "1", file: "r.yml", line: 6, column: 12 }],
    },
  });
  expect(stdout).not.toContain("hunter2");
});

test("a variable can be explained although the runbook has errors", async () => {
  const space = new Workspace({ "r.yml": "nmae: x\nvariable: [{ name: a, value: 1 }]\n" });
  const { stdout, exitCode } = await space.assay(["explain", "-v", "a", "-r", "r.yml"]);
  expect([exitCode, stdout.split("\n")[0]]).toEqual([0, "a = 1 (number)"]);
});

test.each([
  [["smoke_tets", "-r", "r.yml"], /No case is named 'smoke_tets'[\s\S]*'smoke_test'/],
  [["-v", "tmies", "-r", "r.yml"], /Nothing gives the variable 'tmies' a value[\s\S]*'times'/],
  [["-r", "r.yml"], /Name one case or one variable/],
  [["smoke_test", "-v", "times", "-r", "r.yml"], /Name one case or one variable/],
  [["-v", "x", "-r", "nowhere.yml"], /'x'.*'nowhere.yml' does not exist/],
])("what cannot be explained is told: %j", async (args, message) => {
  const { exitCode, stderr, stdout } = await new Workspace(files).assay(["explain", ...args]);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});
