import { Tool } from "./tool.ts";

export interface KernelMessage {
  /** Seconds since boot; undefined for lines without a time stamp. */
  readonly atSeconds: number | undefined;
  readonly text: string;
}

/**
 * What in the kernel's log means that something broke. Source: the field's dmesg scan; a line that contains any
 * of these counts, and there is no list of exceptions.
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
  /BUG: unable to handle page fault for address:/,
  /PF: (?:supervisor|user) (?:instruction fetch|read access|write access) in (?:user|kernel) mode/,
];

/** `[    0.000000] ` in blanks. */
const STAMP_WIDTH = /^ {1,15}/;

/** The kernel's log since boot, as far as its ring buffer reaches. */
export class Dmesg extends Tool {
  /** The whole log as text, as `dmesg` prints it. */
  text(): Promise<string> {
    // Reading is for root alone where kernel.dmesg_restrict is set, as on Debian.
    return this.node.text(["dmesg"], { sudo: true });
  }

  async messages(): Promise<readonly KernelMessage[]> {
    return parseDmesg(await this.text());
  }

  /** Messages that match {@link KERNEL_ERROR_PATTERNS}. */
  async kernelErrors(): Promise<readonly KernelMessage[]> {
    return findKernelErrors(await this.messages());
  }
}

/**
 * Parses `dmesg`. A thread or processor field such as `[    T1]` after the time stamp is dropped; further lines of a
 * message, which dmesg indents by the width of the stamp, stay with it.
 */
export function parseDmesg(output: string): KernelMessage[] {
  const messages: KernelMessage[] = [];
  for (const line of output.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, seconds, text] = /^(?:<\d+>)?\[\s*(\d+\.\d+)\](?:\[\s*[TC]\d+\])? ?(.*)$/.exec(line) ?? [];
    const last = messages.at(-1);
    if (seconds !== undefined && text !== undefined) {
      messages.push({ atSeconds: Number(seconds), text });
    } else if (last?.atSeconds !== undefined && line.startsWith(" ")) {
      messages[messages.length - 1] = { ...last, text: `${last.text}\n${line.replace(STAMP_WIDTH, "")}` };
    } else {
      messages.push({ atSeconds: undefined, text: line });
    }
  }
  return messages;
}

/** The messages that mean the kernel met an error. */
export function findKernelErrors(messages: readonly KernelMessage[]): KernelMessage[] {
  return messages.filter(({ text }) => KERNEL_ERROR_PATTERNS.some((pattern) => pattern.test(text)));
}
