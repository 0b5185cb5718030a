/** The stages in which a machine boots, as systemd names them. */
const STAGES = ["firmware", "loader", "kernel", "initrd", "userspace"] as const;
type Stage = (typeof STAGES)[number];

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, min: 60_000, s: 1000, ms: 1, us: 0.001 };

/**
 * Milliseconds of each stage from what `systemd-analyze time` says (systemd-analyze(1)); a stage that it does not name is
 * left out. Empty while the machine is still booting, and for other output.
 */
export function parseBootTimes(text: string): Readonly<Partial<Record<Stage, number>>> {
  const [, stages = ""] = /^Startup finished in ([^=\n]+)/m.exec(text) ?? [];
  const times: Partial<Record<Stage, number>> = {};
  for (const part of stages.split(" + ")) {
    const [, span = "", name] = /^(.+) \((\w+)\)\s*$/.exec(part.trim()) ?? [];
    const stage = STAGES.find((each) => each === name);
    if (stage !== undefined) times[stage] = Math.round(millisecondsOf(span));
  }
  return times;
}

/** Such as `1min 2.345s`. */
function millisecondsOf(span: string): number {
  return span.split(" ").reduce((sum, word) => {
    const [, number = "0", unit = ""] = /^([\d.]+)([a-z]+)$/.exec(word) ?? [];
    return sum + Number(number) * (UNIT_MS[unit] ?? 0);
  }, 0);
}
