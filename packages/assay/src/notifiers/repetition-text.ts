import type { Repetition } from "../events/types.ts";

/** Such as `flaky: failed in 2 of 6 runs, 33 % (95 % sure: 10 % to 70 %)`. */
export function repetitionText({ label, failures, attempts, rate, low, high }: Repetition): string {
  return `${label}: failed in ${failures} of ${attempts} runs, ${percent(rate)} (95 % sure: ${percent(low)} to ${percent(high)})`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
