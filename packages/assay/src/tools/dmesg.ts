import { tellsOfKernelError } from "../os/kernel-errors.ts";
import { Tool } from "./tool.ts";

export { KERNEL_ERROR_PATTERNS } from "../os/kernel-errors.ts";

export interface KernelMessage {
  /** Seconds since boot; undefined for lines without a time stamp. */
  readonly atSeconds: number | undefined;
  readonly text: string;
}

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
  return messages.filter(({ text }) => tellsOfKernelError(text));
}
