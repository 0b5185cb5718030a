import { expect, test } from "vitest";
import { findInitramfsPrompt, findPanic, isTroubleLine } from "./kernel-panic.ts";

test.each([
  ["[   12.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)", "GENERAL"],
  ["[   60.0] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [stress:411]", "SOFTLOCKUP"],
  ["[    5.0] BUG: kernel NULL pointer dereference, address: 0000000000000000", "NULL_DEREF"],
  ["[    5.0] BUG: unable to handle page fault for address: ffffffffc0000000", "PAGE_FAULT"],
  ["[   99.9] rcu: INFO: rcu_sched self-detected stall on CPU", "RCU_STALL"],
  ["grub> ", "GENERAL"],
  ["The operating system has halted.", "GENERAL"],
])("finds trouble in %j", (line, category) => {
  expect(findPanic(`fine\n${line}\r\nmore\n`)).toMatchObject({ category, lines: [line] });
});

test.each([
  "RIP: 0010:topology_sane.isra.6+0x5e/0x80",
  "ipt_CLUSTERIP: ClusterIP Version 0.8 loaded successfully",
  "EFI stub: ERROR: FIRMWARE BUG: kernel image not aligned on 64k boundary",
  "[    1.2] Linux version 6.1.0-40-cloud-amd64",
  "  The operating system has halted. Or so they say.",
])("leaves %j alone", (line) => {
  expect(isTroubleLine(line)).toBe(false);
});

test("takes error codes, at most two of a kind", () => {
  const text = ["RIP: 0010:a+0x1/0x2 BUG:", "RIP: 0010:b+0x1/0x2", "RIP: 0010:c+0x1/0x2"].join("\n");
  expect(findPanic(text)?.codes).toHaveLength(2);
});

test("an initramfs prompt names its reasons", () => {
  expect(findInitramfsPrompt("blk_update_request: I/O error, dev vda\nGave up\n(initramfs) ")).toEqual([
    "blk_update_request: I/O error, dev vda",
    "(initramfs)",
  ]);
  expect(findInitramfsPrompt("Loading initramfs\n")).toBeUndefined();
});
