import { expect, test } from "vitest";
import { matchesPattern } from "./match-pattern.ts";

test.each<[pattern: string, text: string, fits: boolean]>([
  ["default", "anything at all", true],
  ["perf_nvme", "perf_nvme", true],
  ["perf_nvme", "perf_nvme_io_uring", false],
  ["perf_nvme*", "perf_nvme_io_uring", true],
  ["perf_?vme", "perf_nvme", true],
  ["perf_?vme", "perf_vme", false],
  ["perf_[np]vme", "perf_pvme", true],
  ["perf_[!np]vme", "perf_pvme", false],
  ["perf_[a-m]x", "perf_cx", true],
  ["perf_[z-a]", "perf_m", false],
  ["a[b", "a[b", true],
  ["a.c", "abc", false],
  ["PERF_NVME", "perf_nvme", true],
  ["PERF_*", "perf_nvme", true],
  ["PERF_*", "perf_nvme_io", false],
  ["perf_disks_all", "perf_disk_all", true],
  ["perf_disk_all", "perf_disks_all", true],
  ["Standard_L64*", "Standard_L64s_v3", true],
  ["Standard_D2ps_v5", "Standard_D2ads_v5", false],
  ["Standard_D2ds_v5", "Standard_D2ads_v5", true],
  ["Standard_D2ads_v5", "Standard_D2pls_v5", false],
  ["Standard_D2_v5", "standard_d2ads_v5", true],
  ["Standard_D2ads_v5", "Standard_D2ads_v6", false],
  ["Standard_D*ads_v5", "Standard_D96ads_v5", true],
  ["Standard_D4ads_v5", "Standard_D2ads_v5", false],
  ["Standard_E2ads_v5", "Standard_D2ads_v5", false],
  ["", "", true],
  ["*", "", true],
  ["", "x", false],
])("%j means %j: %s", (pattern, text, fits) => {
  expect(matchesPattern(pattern, text)).toBe(fits);
});

test("a pattern of many stars costs no time", () => {
  expect(matchesPattern("*a".repeat(30), "a".repeat(60))).toBe(true);
  expect(matchesPattern(`${"*a".repeat(30)}b`, "a".repeat(60))).toBe(false);
  expect(matchesPattern(`${"*".repeat(5000)}b`, "a".repeat(5000))).toBe(false);
});
