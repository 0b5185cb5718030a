import { execFile } from "node:child_process";
import { promisify } from "node:util";

const LIMIT_MS = 10_000;
/** The first needs a right that not everybody has (dmesg_restrict); the second gives it to the groups of the journal. */
const KERNEL_LOGS = [
  ["dmesg", "--notime"],
  ["journalctl", "--dmesg", "--boot", "--output=cat", "--no-pager"],
] as const;

/**
 * The frequency in kHz of the time stamp counter of this host's processors, as its kernel found it out, or undefined where
 * its log cannot be read. QEMU's emulation counts with it (`cpu_get_host_ticks`); what /proc/cpuinfo tells can be the
 * frequency of the moment instead.
 */
export async function hostTscKhz(signal: AbortSignal): Promise<number | undefined> {
  for (const [program, ...options] of KERNEL_LOGS) {
    const limits = { signal, timeout: LIMIT_MS, maxBuffer: 1 << 27 };
    const log = await promisify(execFile)(program, options, limits).then(
      ({ stdout }) => stdout,
      () => "",
    );
    signal.throwIfAborted();
    const found = tscKhzOf(log);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a kernel's log says last of the counter; it is measured coarsely first (arch/x86/kernel/tsc.c). */
export function tscKhzOf(log: string): number | undefined {
  const mhz = [...log.matchAll(/tsc: (?:Detected|Refined TSC clocksource calibration:) ([\d.]+) MHz/g)].at(-1)?.[1];
  return mhz === undefined ? undefined : Math.round(Number(mhz) * 1000);
}
