/** What a kernel logs when something went wrong in it and it goes on all the same. */
const ERRORS: readonly RegExp[] = [
  /Call Trace/,
  /rcu_sched self-detected stall on CPU/,
  /rcu_sched detected stalls on/,
  /BUG: soft lockup/,
  /Hibernate inconsistent memory map detected/,
  /check_flush_dependency/,
  /BUG: kernel NULL pointer dereference/,
  /kernel tried to execute NX-protected page/,
  /unable to execute userspace code/,
  /BUG: unable to handle page fault for address/,
  /PF: supervisor (?:instruction fetch|read access|write access) in (?:user|kernel) mode/,
  /PF: user (?:instruction fetch|read access|write access) in (?:user|kernel) mode/,
];

/** The lines of a kernel's log (dmesg(1)) that tell of an error, in their order. */
export const kernelErrorsIn = (log: string): readonly string[] =>
  log.split("\n").filter((line) => ERRORS.some((pattern) => pattern.test(line)));
