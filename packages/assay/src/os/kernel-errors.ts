/**
 * What in the kernel's log means that something broke and the kernel goes on all the same. Source: the field's dmesg
 * scan; a line that contains any of these counts, and there is no list of exceptions.
 */
export const KERNEL_ERROR_PATTERNS: readonly RegExp[] = [
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
  /PF: (?:supervisor|user) (?:instruction fetch|read access|write access) in (?:user|kernel) mode/,
];

/** Whether a part of a kernel's log tells of an error. */
export const tellsOfKernelError = (text: string): boolean =>
  KERNEL_ERROR_PATTERNS.some((pattern) => pattern.test(text));

/** The lines of a kernel's log (dmesg(1)) that tell of an error, in their order. */
export const kernelErrorsIn = (log: string): readonly string[] => log.split("\n").filter(tellsOfKernelError);
