import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

export interface KernelInfo {
  /** `uname -r`, such as `6.1.0-18-cloud-amd64`. */
  readonly release: string;
  /** `uname -v`, such as `#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)`. */
  readonly version: string;
  /** `uname -m`, such as `x86_64`. */
  readonly machine: string;
  /** `uname -o`, such as `GNU/Linux`. */
  readonly operatingSystem: string;
}

/** The leading numbers of a kernel release. */
export interface KernelNumber {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The running kernel. */
export class Uname extends Tool {
  async kernel(): Promise<KernelInfo> {
    return parseUname(await this.node.text(["uname", "-rvmo"]));
  }
}

/** Parses `uname -rvmo`, which prints in this order whatever the order of the flags; only the version has blanks. */
export function parseUname(output: string): KernelInfo {
  const [, release, version, machine, operatingSystem] = /^(\S+) (.+) (\S+) (\S+)\s*$/.exec(output) ?? [];
  if (!release || !version || !machine || !operatingSystem) {
    throw unexpected("uname -rvmo", "it is not release, version, machine and system", output);
  }
  return { release, version, machine, operatingSystem };
}

/** The numbers of a kernel release such as `5.14.0-70.el9`; missing ones are 0. Throws UnexpectedOutput when there are none. */
export function parseKernelRelease(release: string): KernelNumber {
  const [, major, minor = "0", patch = "0"] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(release) ?? [];
  if (major === undefined) throw unexpected("uname -r", "it does not start with a number", release);
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Whether a kernel release is at least the given one, such as `isKernelAtLeast("6.1.0-18-cloud-amd64", 5, 8)`. */
export function isKernelAtLeast(release: string, major: number, minor: number, patch = 0): boolean {
  const kernel = parseKernelRelease(release);
  const difference = kernel.major - major || kernel.minor - minor || kernel.patch - patch;
  return difference >= 0;
}
