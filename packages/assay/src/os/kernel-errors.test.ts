import { expect, test } from "vitest";
import { kernelErrorsIn } from "./kernel-errors.ts";

test.each([
  ["[    9.1] Call Trace:", true],
  ["[   61.2] rcu: INFO: rcu_sched self-detected stall on CPU", true],
  ["[   61.2] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", true],
  ["[  120.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [stress:812]", true],
  ["[    1.0] PM: Hibernate inconsistent memory map detected!", true],
  ["[    3.0] WARNING: CPU: 0 PID: 1 at kernel/workqueue.c:2966 check_flush_dependency+0x112/0x120", true],
  ["[    4.0] BUG: kernel NULL pointer dereference, address: 0000000000000000", true],
  ["[    4.0] kernel tried to execute NX-protected page - exploit attempt? (uid: 0)", true],
  ["[    4.0] unable to execute userspace code (SMEP?) (uid: 0)", true],
  ["[    4.0] BUG: unable to handle page fault for address: ffffffffc0000000", true],
  ["[    4.0] #PF: supervisor read access in kernel mode", true],
  ["[    4.0] #PF: supervisor instruction fetch in kernel mode", true],
  ["[    4.0] #PF: user write access in user mode", true],
  ["[    0.0] Command line: BOOT_IMAGE=/boot/vmlinuz root=UUID=1 ro", false],
  ["[    0.5] rcu: Hierarchical RCU implementation.", false],
  ["[    2.0] EXT4-fs (vda1): mounted filesystem with ordered data mode.", false],
])("%j is an error: %s", (line, isError) => {
  expect(kernelErrorsIn(`before\n${line}\nafter\n`)).toEqual(isError ? [line] : []);
});
