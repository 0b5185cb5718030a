import { expect, test } from "vitest";
import { findKernelErrors, KERNEL_ERROR_PATTERNS, parseDmesg } from "./dmesg.ts";
import { fixture } from "./fixtures/fixture.ts";

test("messages have their time apart", () => {
  const messages = parseDmesg(fixture("dmesg/debian-12.txt"));
  expect(messages[0]?.atSeconds).toBe(0);
  expect(messages[0]?.text).toMatch(/^Linux version 6\.1\.0-56-cloud-amd64 /);
  expect(messages.at(-1)).toEqual({ atSeconds: 89.850075, text: "smpboot: Booting Node 1 Processor 3 APIC 0x3" });
});

test("a good boot has no kernel errors, though drivers speak of failures", () => {
  const messages = parseDmesg(fixture("dmesg/debian-12.txt"));
  expect(messages.some(({ text }) => text.includes("Fast TSC calibration failed"))).toBe(true);
  expect(findKernelErrors(messages)).toEqual([]);
});

test("further lines stay with their message", () => {
  const messages = parseDmesg(fixture("dmesg/debian-12.txt"));
  expect(messages.find(({ text }) => text.startsWith("calibrate_delay_direct()"))).toEqual({
    atSeconds: 0,
    text: `calibrate_delay_direct() failed to get a good estimate for loops_per_jiffy.
Probably due to long platform interrupts. Consider using "lpj=" boot option.`,
  });
  expect(messages.every(({ atSeconds }) => atSeconds !== undefined)).toBe(true);
});

test("thread numbers, levels and logs without times", () => {
  expect(parseDmesg("[    0.5][    T1] one\n<6>[   12.345678][   C0] two\n[ 1.0]   indented\n")).toEqual([
    { atSeconds: 0.5, text: "one" },
    { atSeconds: 12.345678, text: "two" },
    { atSeconds: 1, text: "  indented" },
  ]);
  expect(parseDmesg("one\n  RAX: 0\n")).toEqual([
    { atSeconds: undefined, text: "one" },
    { atSeconds: undefined, text: "  RAX: 0" },
  ]);
});

// One line in the kernel's own words for each pattern, in their order.
const LINES = [
  "Call Trace:",
  "rcu: INFO: rcu_sched self-detected stall on CPU",
  "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
  "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [stress:812]",
  "PM: Hibernate inconsistent memory map detected!",
  "WARNING: CPU: 0 PID: 7 at kernel/workqueue.c:2617 check_flush_dependency+0x110/0x130",
  "BUG: kernel NULL pointer dereference, address: 0000000000000008",
  "kernel tried to execute NX-protected page - exploit attempt? (uid: 0)",
  "unable to execute userspace code (SMEP?) (uid: 0)",
  "BUG: unable to handle page fault for address: ffffffffc0a01000",
  "#PF: supervisor write access in kernel mode",
];

test("each pattern finds its line", () => {
  const messages = parseDmesg(LINES.map((line, index) => `[   ${index}.000000] ${line}`).join("\n"));
  expect(findKernelErrors(messages).map(({ text }) => text)).toEqual(LINES);
  KERNEL_ERROR_PATTERNS.forEach((pattern, index) => {
    expect(LINES[index]).toMatch(pattern);
  });
  expect(findKernelErrors(parseDmesg("[ 1.0] #PF: error_code(0x0002) - not-present page"))).toEqual([]);
});
