import { expect, test } from "vitest";
import { type CpuPlace, l3BlockSize, l3Violations } from "./l3-cache.ts";

/** Places from `cpu node socket l3` quadruples. */
const places = (...rows: readonly (readonly [number, number, number, number | undefined])[]): CpuPlace[] =>
  rows.map(([cpu, node, socket, l3]) => ({ cpu, node, socket, l3 }));

test("two CPUs behind one cache, as a small virtual machine has them", () => {
  expect(l3Violations(places([0, 0, 0, 0], [1, 0, 0, 0]), undefined)).toEqual([]);
});

test("two sockets with a node and a cache each", () => {
  const good = places([0, 0, 0, 0], [1, 0, 0, 0], [2, 1, 1, 1], [3, 1, 1, 1]);
  expect(l3Violations(good, undefined)).toEqual([]);
  const swapped = places([0, 0, 0, 1], [1, 0, 0, 1], [2, 1, 1, 0], [3, 1, 1, 0]);
  expect(l3Violations(swapped, undefined)[0]).toContain("CPU 0 of NUMA node 0 sees L3 cache 1");
});

test("a cache must not reach over to another socket", () => {
  const across = places([0, 0, 0, 0], [1, 0, 0, 0], [2, 1, 1, 0], [3, 1, 1, 0]);
  expect(l3Violations(across, undefined)).toEqual(["L3 cache 0 lies on the sockets 0, 1; it must lie on one."]);
});

test("a cache may span NUMA nodes of one socket", () => {
  expect(l3Violations(places([0, 0, 0, 0], [1, 0, 0, 0], [2, 1, 0, 0], [3, 1, 0, 0]), undefined)).toEqual([]);
});

test("CPUs of a node must share, a single one has nobody to share with", () => {
  expect(l3Violations(places([0, 0, 0, 0], [1, 0, 0, 1]), undefined)[0]).toContain("has 2 L3 caches for 2 CPUs");
  expect(l3Violations(places([0, 0, 0, 0]), undefined)).toEqual([]);
});

test("some CPUs without a cache is a defect, and no node numbers is one node", () => {
  expect(l3Violations(places([0, 0, 0, 0], [1, 0, 0, undefined]), undefined)[0]).toContain("CPU 1 of 2 have no L3");
  const flat: CpuPlace[] = [0, 1].map((cpu) => ({ cpu, node: undefined, socket: 0, l3: 0 }));
  expect(l3Violations(flat, undefined)).toEqual([]);
});

test("models with caches of fixed size are judged by it alone", () => {
  expect(l3BlockSize("AMD EPYC 7V12 64-Core Processor", 2)).toBe(8);
  expect(l3BlockSize("AMD EPYC 7763 64-Core Processor", 1)).toBe(8);
  expect(l3BlockSize("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", 2)).toBeUndefined();
  const four = places([0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 1], [3, 0, 0, 1]);
  expect(l3Violations(four, 2)).toEqual([]);
  expect(l3Violations(four, 4)).toHaveLength(2);
});
