import { chmod, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHostOffer } from "../../packages/assay/src/platforms/qemu/host/host-offer.ts";
import { readOffer } from "../../packages/assay/src/platforms/qemu/host/offer.ts";
import { findQemu } from "../../packages/assay/src/platforms/qemu/host/qemu-binary.ts";
import { Workspace } from "../cli/run-assay.ts";

let folder: string;
const cacheBefore = process.env.ASSAY_CACHE;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-offer-"));
  process.env.ASSAY_CACHE = join(folder, "cache");
});

afterAll(async () => {
  if (cacheBefore === undefined) delete process.env.ASSAY_CACHE;
  else process.env.ASSAY_CACHE = cacheBefore;
  await rm(folder, { recursive: true, force: true });
});

/** The real QEMU behind a program that counts how often it is started. */
async function countedQemu(): Promise<{ readonly path: string; starts(): Promise<number> }> {
  const [path, counter] = [join(folder, "counted-qemu"), join(folder, "starts")];
  await writeFile(counter, "");
  await writeFile(path, `#!/bin/sh\necho started >> '${counter}'\nexec '${(await findQemu()).path}' "$@"\n`);
  await chmod(path, 0o755);
  return { path, starts: async () => (await readFile(counter, "utf8")).split("\n").length - 1 };
}

test("QEMU tells its machines, processors and devices once, until the program is another one", async () => {
  const qemu = await countedQemu();
  const offer = await readOffer(qemu.path);
  expect((await findQemu()).version).toContain(offer.version);
  expect(offer.machines).toEqual(expect.arrayContaining(["q35", "pc", "none"]));
  expect(offer.processors).toEqual(expect.arrayContaining(["max", "Nehalem"]));
  expect(offer.devices).toEqual(expect.arrayContaining(["virtio-blk-pci", "nvme", "e1000e"]));
  // It came with 8.0 (QEMU's change log).
  expect(offer.devices.includes("igb")).toBe(Number.parseInt(offer.version, 10) >= 8);
  expect(await readOffer(qemu.path)).toEqual(offer);
  expect(await qemu.starts()).toBe(1);
  await utimes(qemu.path, 1, 1);
  expect(await readOffer(qemu.path)).toEqual(offer);
  expect(await qemu.starts()).toBe(2);
});

test("a program that is no QEMU offers nothing, and neither does one that is missing", async () => {
  const path = join(folder, "no-qemu");
  await writeFile(path, "#!/bin/sh\necho I am no emulator >&2\nexit 1\n");
  await chmod(path, 0o755);
  await expect(readOffer(path)).rejects.toThrow("closed its monitor");
  expect((await readHostOffer(path)).qemu).toBeUndefined();
  expect((await readHostOffer(join(folder, "missing"))).qemu).toBeUndefined();
});

const runbook = (qemu: string, node = "{}"): string => `name: hardware
platform: [{ type: qemu, qemu: ${qemu} }]
environment:
  environments:
    - nodes: [{ type: requirement, qemu: ${node} }]
testcase: [{ criteria: { name: verify_cpu_count } }]
`;

test.each([
  ["{ machine_type: pc-q35-99.0 }", "{}", /machine type 'pc-q35-99\.0', which QEMU \d+\.\d+\.\d+ does not have/],
  ["{}", "{ machine_type: pc-q35-99.0 }", /machine type 'pc-q35-99\.0'/],
  ["{ cpu: Deep-Thought }", "{}", /processor 'Deep-Thought', which QEMU/],
  ["{ hugepages: true, memory_mb: 16384 }", "{}", /it needs 8192 huge pages|kernel has none/],
])("the plan of %s with the node %s skips the case and says why", async (platform, node, reason) => {
  const space = new Workspace({ "r.yml": runbook(platform, node) });
  const plan = await space.assay(["plan", "-r", "r.yml"]);
  expect(plan.stdout).toMatch(reason);
  const explained = await space.assay(["explain", "verify_cpu_count", "-r", "r.yml"]);
  expect(explained.stdout).toMatch(reason);
});

test("the plan of a machine that QEMU can make runs the case", async () => {
  const space = new Workspace({ "r.yml": runbook("{ disk_bus: nvme, nic_model: e1000e }") });
  const plan = await space.assay(["plan", "-r", "r.yml"]);
  expect(plan.stdout).toContain("verify_cpu_count");
  expect(plan.stdout).not.toContain("it needs");
});
