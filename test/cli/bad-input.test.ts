import { expect, test } from "vitest";
import { type AssayRun, Workspace } from "./run-assay.ts";

/** What every refusal has in common: the exit code, what is wrong and what to do, no stack, and nothing left behind. */
function expectRefusal(space: Workspace, run: AssayRun, exitCode: number, ...fragments: readonly string[]): void {
  for (const fragment of fragments) {
    expect(run.stderr).toContain(fragment);
  }
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.stdout).toBe("");
  expect(run.exitCode).toBe(exitCode);
  expect(space.runs).toEqual([]);
}

const qemu = (section = "") =>
  `name: t\nplatform: [{ type: qemu, qemu: { image: disk.qcow2 ${section} } }]\ntestcase: [{ criteria: { name: verify_cpu_count } }]\n`;
const local = "name: t\nplatform: [{ type: local }]\n";

/** A raw disk with an MBR of one Linux partition and nothing to boot. */
function partitioned(): Uint8Array {
  const disk = Buffer.alloc(1 << 20);
  disk.writeUInt8(0x83, 446 + 4);
  disk.writeUInt32LE(64, 446 + 8);
  disk.writeUInt32LE(1024, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

test("a runbook that is not there", async () => {
  const space = new Workspace();
  expectRefusal(space, await space.assay(["run", "-r", "nowhere.yml"]), 2, "nowhere.yml");
});

test("invalid YAML is shown with its place", async () => {
  const space = new Workspace({ "r.yml": "name: t\nplatform: [\n" });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "r.yml:3:1", "F01");
});

test("an unknown key names the nearest one and its place", async () => {
  const space = new Workspace({ "r.yml": `${local}testcases: []\n` });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "r.yml:3:1", "testcases", "'testcase'");
});

test("an unknown variable names the place of its use", async () => {
  const space = new Workspace({ "r.yml": "name: $(nmae)\nplatform: [{ type: local }]\n" });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "r.yml:1:7", "nmae");
});

test("an unknown case names the nearest ones", async () => {
  const space = new Workspace({ "r.yml": local });
  const run = await space.assay(["run", "verify_cpu_cuont", "-r", "r.yml"]);
  expectRefusal(space, run, 2, "verify_cpu_cuont", "verify_cpu_count");
});

test("an unknown option", async () => {
  const space = new Workspace({ "r.yml": local });
  expectRefusal(space, await space.assay(["run", "--imgae", "x"]), 2, "--imgae");
});

test("a number that is none", async () => {
  const space = new Workspace({ "r.yml": local });
  expectRefusal(space, await space.assay(["plan", "-r", "r.yml", "--limit", "all"]), 2, "--limit takes a whole number");
});

test("an image that is not there", async () => {
  const space = new Workspace({ "r.yml": qemu() });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "disk.qcow2");
});

test("an image that is a folder", async () => {
  const space = new Workspace({ "r.yml": qemu(), "disk.qcow2/file": "" });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "disk.qcow2");
});

test("an image that is empty", async () => {
  const space = new Workspace({ "r.yml": qemu(), "disk.qcow2": "" });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "disk.qcow2", "empty");
});

test("a qcow2 image that is cut off", async () => {
  const header = Buffer.alloc(200);
  header.write("QFI\u00fb", 0, "latin1");
  header.writeUInt32BE(3, 4);
  const space = new Workspace({ "r.yml": qemu(), "disk.qcow2": header });
  expectRefusal(space, await space.assay(["-r", "r.yml"]), 2, "disk.qcow2");
});

test("QEMU that is missing names the command that brings it", async () => {
  const space = new Workspace({
    "r.yml": qemu(", qemu_binary: qemu-system-nowhere"),
    "disk.qcow2": partitioned(),
  });
  const run = await space.assay(["-r", "r.yml", "--json"]);
  expect(run.stderr).toContain("qemu-system-nowhere");
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(JSON.parse(run.stdout)).toMatchObject({ verdict: "machinery-failed", exitCode: 3, results: [] });
  expect(run.exitCode).toBe(3);
});

test("with --json an error is one document as well", async () => {
  const space = new Workspace();
  const run = await space.assay(["run", "-r", "nowhere.yml", "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    run: null,
    verdict: "invalid",
    exitCode: 2,
    results: [],
    counts: { passed: 0 },
  });
  expect(run.exitCode).toBe(2);
});

test("with --debug the stack is shown", async () => {
  const space = new Workspace();
  const run = await space.assay(["run", "-r", "nowhere.yml", "--debug"]);
  expect(run.stderr).toMatch(/^\s+at /m);
});

test("nothing selected is no success", async () => {
  const space = new Workspace({
    "r.yml": `${local}testcase: [{ criteria: { name: verify_cpu_count }, select_action: exclude }]\n`,
  });
  const run = await space.assay(["-r", "r.yml", "--json"]);
  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout)).toMatchObject({ verdict: "machinery-failed", counts: { passed: 0, skipped: 0 } });
});
