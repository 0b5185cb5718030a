import { expect, test } from "vitest";
import { UnexpectedOutput } from "../errors/catalogue.ts";
import { fixture } from "./fixtures/fixture.ts";
import { parseLscpu, parseLscpuExtended } from "./lscpu.ts";

test("counts of a machine with two sockets and two NUMA nodes", () => {
  expect(parseLscpu(fixture("lscpu/two-nodes.txt"))).toEqual({
    architecture: "x86_64",
    cpuCount: 4,
    vendor: "AuthenticAMD",
    modelName: "QEMU TCG CPU version 2.5+",
    threadsPerCore: 1,
    coresPerSocket: 2,
    sockets: 2,
    coresPerCluster: undefined,
    clusters: undefined,
    numaNodes: 2,
    topologyCpuCount: 4,
  });
});

test("a processor that is offline counts, but has no place in the topology", () => {
  const topology = parseLscpu(fixture("lscpu/one-offline.txt"));
  expect(topology.cpuCount).toBe(4);
  expect(parseLscpu(fixture("lscpu/one-socket.txt"))).toMatchObject({ cpuCount: 2, sockets: 1, topologyCpuCount: 2 });
});

test("lines may end as a terminal ends them", () => {
  const text = fixture("lscpu/two-nodes.txt");
  expect(parseLscpu(text.replaceAll("\n", "\r\n"))).toEqual(parseLscpu(text));
});

// The next two follow the form lscpu prints on Arm, reduced to the lines that count.
test("machines without a socket table count in clusters", () => {
  const text = `Architecture:            aarch64
CPU(s):                  6
Vendor ID:               ARM
  Model name:            -
    Thread(s) per core:  1
    Core(s) per cluster: 3
    Socket(s):           -
    Cluster(s):          2
`;
  expect(parseLscpu(text)).toMatchObject({
    modelName: undefined,
    sockets: undefined,
    coresPerCluster: 3,
    clusters: 2,
    topologyCpuCount: 6,
  });
});

test("kinds of cores are added up", () => {
  const kind = (model: string, cores: number, sockets: number) => `  Model name:           ${model}
    Thread(s) per core: 1
    Core(s) per socket: ${cores}
    Socket(s):          ${sockets}
    Flags:              fp asimd
`;
  const text = `CPU(s):                 8\n${kind("Small", 4, 1)}${kind("Large", 2, 2)}`;
  expect(parseLscpu(text)).toMatchObject({ cpuCount: 8, modelName: "Small", topologyCpuCount: 8 });
});

test("output without a count is refused and quoted", () => {
  expect(() => parseLscpu("lscpu: failed to determine number of CPUs")).toThrow(UnexpectedOutput);
  expect(() => parseLscpu("lscpu: failed to determine number of CPUs")).toThrow(/It starts with 'lscpu: failed/);
});

test("the table tells which processors share a cache", () => {
  const rows = parseLscpuExtended(fixture("lscpu/extended.txt"));
  expect(rows).toHaveLength(4);
  expect(rows[3]).toEqual({ cpu: 3, node: 1, socket: 1, core: 3, l1d: 3, l1i: 3, l2: 3, l3: 2, isOnline: true });
});

test("nothing is known of an offline processor", () => {
  const rows = parseLscpuExtended(fixture("lscpu/extended-one-offline.txt"));
  const unknown = { node: undefined, socket: undefined, core: undefined, l1d: undefined, l1i: undefined };
  expect(rows[3]).toEqual({ cpu: 3, ...unknown, l2: undefined, l3: undefined, isOnline: false });
});

test("machines without L3 cache or without any cache information", () => {
  const row = (header: string, cells: string) => parseLscpuExtended(`CPU NODE SOCKET ${header}\n  0 0 0 ${cells}\n`)[0];
  expect(row("L1d:L1i:L2", "5:6:7")).toMatchObject({ l1d: 5, l1i: 6, l2: 7, l3: undefined });
  expect(row("L1d:L1i:L2:L3", "-")).toMatchObject({ l1d: undefined, l3: undefined });
  expect(row("", "")).toMatchObject({ cpu: 0, node: 0, l3: undefined, isOnline: true });
  expect(() => parseLscpuExtended("lscpu: unrecognized option")).toThrow(UnexpectedOutput);
});
