import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

/** The guest's clock, read and set with `date`. */
export class Clock extends Tool {
  /** The guest's time. Whole seconds where `date` knows no fractions (busybox). */
  async now(): Promise<Date> {
    return parseEpoch(await this.node.text(["date", "-u", "+%s.%N"]));
  }

  /** How far the guest's clock is ahead of this machine's, in ms; exact to half of the round trip. */
  async offsetMs(): Promise<{ readonly offsetMs: number; readonly uncertaintyMs: number }> {
    const before = Date.now();
    const guest = await this.now();
    const after = Date.now();
    return { offsetMs: guest.getTime() - (before + after) / 2, uncertaintyMs: (after - before) / 2 };
  }

  async set(time: Date): Promise<void> {
    await this.node.text(["date", "-u", "--set", `@${(time.getTime() / 1000).toFixed(3)}`], { sudo: true });
  }
}

/** Parses `date +%s.%N`. Without nanoseconds `%N` is printed as it stands or as nothing. */
export function parseEpoch(output: string): Date {
  const [, seconds, nanoseconds = "0"] = /^(\d+)\.?(?:(\d{9})|%?N?)$/.exec(output.trim()) ?? [];
  if (seconds === undefined) throw unexpected("date +%s.%N", "it is no number of seconds", output);
  return new Date(Number(seconds) * 1000 + Math.floor(Number(nanoseconds) / 1e6));
}
