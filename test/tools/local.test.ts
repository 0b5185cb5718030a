import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeNode } from "../../packages/assay/src/node/make-node.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import * as tools from "../../packages/assay/src/tools/index.ts";

// Every tool that works without systemd asks this very machine, so that its command line is proven and not only
// its parser. Containers have no own kernel log, modules or boot loader: those tools are tested on captures.

const node = makeNode({
  name: "local",
  index: 0,
  isLocal: true,
  connection: { address: "localhost", port: 0, username: "" },
  capability: { cores: 1, memoryMb: 1, features: [] },
  shell: new LocalShell(),
  features: new Map(),
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-tools-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("lscpu counts the processors that Node counts", async () => {
  const topology = await node.tool(tools.Lscpu).topology();
  const rows = await node.tool(tools.Lscpu).extended();
  expect(rows.filter(({ isOnline }) => isOnline)).toHaveLength(cpus().length);
  expect(rows.map(({ cpu }) => cpu)).toContain(0);
  expect(topology.cpuCount).toBeGreaterThanOrEqual(cpus().length);
  expect(topology.architecture).toBe({ x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch);
});

test("uname tells a kernel whose number can be compared", async () => {
  const kernel = await node.tool(tools.Uname).kernel();
  expect(kernel.operatingSystem).toBe("GNU/Linux");
  expect(tools.isKernelAtLeast(kernel.release, 3, 10)).toBe(true);
});

test("lsblk and findmnt can be asked", async () => {
  for (const disk of await node.tool(tools.Lsblk).disks()) expect(disk.path).toMatch(/^\/dev\//);
  const mounts = await node.tool(tools.Findmnt).list();
  expect(mounts.map(({ target }) => target)).toContain("/proc");
  expect(await node.tool(tools.Findmnt).at("/proc")).toMatchObject({ target: "/proc", fsType: "proc" });
  expect(await node.tool(tools.Findmnt).at(folder)).toBeUndefined();
  expect(await node.tool(tools.Findmnt).holding("/proc/self/status")).toMatchObject({ target: "/proc" });
});

test("df knows the file system of a folder", async () => {
  const space = await node.tool(tools.Df).holding(folder);
  expect(space.sizeBytes).toBeGreaterThan(0);
  expect((await node.tool(tools.Df).list()).map(({ mountPoint }) => mountPoint)).toContain(space.mountPoint);
  await expect(node.tool(tools.Df).holding(join(folder, "missing"))).rejects.toThrow(/No such file/);
});

test("cat reads files exactly, many in one go, and leaves out those that are missing", async () => {
  const texts = { "a.conf": "one\n", "b b.conf": "no end of line", "c.conf": "", "d.txt": "\n\n$HOME 'x'\n\n" };
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  const cat = node.tool(tools.Cat);
  for (const [name, text] of Object.entries(texts)) expect(await cat.read(join(folder, name))).toBe(text);
  const paths = [...Object.keys(texts), "missing", "."].map((name) => join(folder, name));
  const expected = Object.entries(texts).map(([name, text]) => [join(folder, name), text]);
  expect([...(await cat.readExisting(paths))]).toEqual(expected);
  expect([...(await cat.readMatching({ folder, name: "*.conf" }))]).toEqual(expected.slice(0, 3));
  expect([...(await cat.readMatching({ folder, name: "*.none" }))]).toEqual([]);
  expect(await cat.readIfExists(join(folder, "missing"))).toBeUndefined();
  await expect(cat.read(join(folder, "missing"))).rejects.toThrow(/No such file/);
});

test("the files of /proc are understood", async () => {
  const proc = node.tool(tools.Proc);
  expect((await proc.cpus()).length).toBe(cpus().length);
  expect((await proc.memory()).totalBytes).toBe(totalmem());
  expect((await proc.mounts()).map(({ target }) => target)).toContain("/proc");
  const commandLine = await proc.commandLine();
  expect(commandLine.arguments.length > 0).toBe(commandLine.text !== "");
  for (const swap of await proc.swaps()) expect(swap.sizeBytes).toBeGreaterThan(0);
  for (const module of await proc.modules()) {
    expect(await node.tool(tools.Lsmod).isLoaded(module.name)).toBe(true);
  }
  expect(await node.tool(tools.Lsmod).isLoaded("no_such_module")).toBe(false);
  expect(await node.tool(tools.Free).totalBytes()).toBe(totalmem());
});

test("the clock of this machine is this machine's clock", async () => {
  const { offsetMs, uncertaintyMs } = await node.tool(tools.Clock).offsetMs();
  // The guest's time is cut to whole milliseconds.
  expect(Math.abs(offsetMs)).toBeLessThanOrEqual(uncertaintyMs + 1);
});

test("users include root, with the state of its password", async () => {
  const users = await node.tool(tools.Users).list();
  expect(users.find(({ name }) => name === "root")).toMatchObject({ uid: 0, gid: 0 });
});

test("the machine assay runs on is not rebooted", async () => {
  await expect(node.tool(tools.Reboot).reboot()).rejects.toThrow(/will not be rebooted/);
});

test("a tool whose program is missing says so", async () => {
  const bare = node.tool(tools.Chronyc);
  const isInstalled = (await node.run(["sh", "-c", "command -v chronyc"])).exitCode === 0;
  if (isInstalled) expect((await bare.sources()).length).toBeGreaterThanOrEqual(0);
  else await expect(bare.tracking()).rejects.toThrow(/not found/);
});
