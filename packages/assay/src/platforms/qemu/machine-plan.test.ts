import { expect, test } from "vitest";
import type { Hardware } from "./hardware.ts";
import { hostName, machinePlans } from "./machine-plan.ts";
import { qemuRefusal } from "./refusal.ts";

const usual = { cores: 2, memoryMb: 1024 };
const one = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false };
const machine = (name: string, cores: number, memoryMb: number) => ({ name, cores, memoryMb });

test("a machine alone has the environment's name and no private network", () => {
  expect(machinePlans(one, usual, "qemu-3")).toEqual([{ name: "qemu-3", shape: usual, place: undefined }]);
});

test("a folder over virtiofs makes no other machine, and one over 9p does", () => {
  const share = { path: "data", tag: "data", isReadOnly: false };
  const shapeOf = (hardware: Hardware) => machinePlans(one, { ...usual, hardware, folder: "/r" }, "qemu-3")[0]?.shape;
  const late = { ...share, driver: "virtiofs" } as const;
  expect(shapeOf({ share: late })).toEqual({ ...usual, virtiofs: { ...late, path: "/r/data" } });
  expect(shapeOf({ share: late, diskBus: "sata" })).toMatchObject({ hardware: { diskBus: "sata" } });
  expect(shapeOf({ share: late, diskBus: "sata" })?.hardware).not.toHaveProperty("share");
  expect(shapeOf({ share })).toEqual({ ...usual, hardware: { share: { ...share, path: "/r/data" } } });
});

test("several machines have host names, addresses of their own and each other's names", () => {
  const plans = machinePlans({ ...one, nodeCount: 2 }, usual, "Qemu 3");
  const hosts = [
    { name: "qemu-3-n0", address: "10.99.0.1" },
    { name: "qemu-3-n1", address: "10.99.0.2" },
  ];
  expect(plans.map(({ place }) => place)).toEqual([
    { ...hosts[0], macAddress: "52:54:00:a5:5a:01", hosts },
    { ...hosts[1], macAddress: "52:54:00:a5:5a:02", hosts },
  ]);
  expect(plans.every(({ shape }) => shape.hasPrivateNic === true)).toBe(true);
});

test("each machine has what is asked of it, and the name that the runbook gives", () => {
  const machines = [machine("Server 1", 1, 4096), machine("", 4, 512), machine("server-1", 1, 256)];
  const plans = machinePlans({ ...one, nodeCount: 3, machines }, usual, "qemu-1");
  expect(plans.map(({ name, shape }) => [name, shape.cores, shape.memoryMb])).toEqual([
    ["server-1", 2, 4096],
    ["qemu-1-n1", 4, 1024],
    ["server-1-2", 2, 1024],
  ]);
});

test("no two machines of an environment have one name, whatever the runbook calls them", () => {
  const long = "a".repeat(70);
  for (const given of [
    ["a", "a", "a-1"],
    ["a-2", "a", "a"],
    ["--", "名", ""],
    [long, long, `${long}b`],
  ]) {
    const machines = given.map((name) => machine(name, 1, 256));
    const names = machinePlans({ ...one, nodeCount: 3, machines }, usual, "環境").map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  }
});

test.each([
  ["Server A", "server-a"],
  [`${"a".repeat(62)} b`, "a".repeat(62)],
  ["環境", "node"],
])("%j becomes the host name %s", (name, expected) => {
  expect(hostName(name)).toBe(expected);
});

const small = { cores: 4, totalMb: 10_000 };
test.each([
  [{ nodeCount: 9 }, "it needs 9 nodes; the QEMU platform gives at most 8 that belong together."],
  [{ nodeCount: 8 }, "it needs 8192 MB of memory; this host can give 8000."],
  [{ nodeCount: 2, machines: [machine("", 1, 1024), machine("", 8, 1024)] }, "it needs 8 processors; this host has 4."],
  [{ nodeCount: 2, features: ["PrivateNetwork", "StartStop"] }, undefined],
  [
    { nodeCount: 1, features: ["PrivateNetwork"] },
    "it needs the feature 'PrivateNetwork', which the QEMU platform does not give to one node alone.",
  ],
  [
    { nodeCount: 2, features: ["Infiniband"] },
    "it needs the feature 'Infiniband', which the QEMU platform does not give.",
  ],
])("%j is refused with: %s", (wanted, reason) => {
  expect(qemuRefusal({ ...one, ...wanted }, small, usual)).toBe(reason);
});
