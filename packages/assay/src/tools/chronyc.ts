import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

/** What chrony knows about the clock. */
export interface ChronyTracking {
  /** Such as `C0248F82 (ntp1.example.org)`. */
  readonly reference: string;
  readonly stratum: number;
  /** `Normal`, `Insert second`, `Delete second`, or `Not synchronised`. */
  readonly leapStatus: string;
  /** How far the system clock is ahead of true time; negative when it is behind. */
  readonly offsetSeconds: number | undefined;
  readonly isSynchronised: boolean;
  /** Every line by its name. */
  readonly all: ReadonlyMap<string, string>;
}

/** One source of time. */
export interface ChronySource {
  readonly mode: "server" | "peer" | "reference-clock";
  readonly state:
    | "selected"
    | "combined"
    | "not-combined"
    | "unreachable"
    | "falseticker"
    | "too-variable"
    | "unusable";
  readonly name: string;
  readonly stratum: number;
  /** Which of the last eight requests were answered, one bit each. */
  readonly reach: number;
}

/** Asks chronyd, the time service. */
export class Chronyc extends Tool {
  /** Throws CommandFailed when chronyd does not run. */
  async tracking(): Promise<ChronyTracking> {
    return parseTracking(await this.node.text(["chronyc", "-n", "tracking"], { sudo: true }));
  }

  async sources(): Promise<readonly ChronySource[]> {
    return parseSources(await this.node.text(["chronyc", "-n", "-c", "sources"], { sudo: true }));
  }

  /** Waits in the guest until the clock is synchronised, at most `timeoutSeconds`; tells whether it became so. */
  async waitSynchronised(timeoutSeconds: number): Promise<boolean> {
    // waitsync is given as many tries, 1 s apart, as there are seconds.
    const command = sh`if chronyc -n waitsync ${timeoutSeconds} 0 0 1 >/dev/null; then echo yes; else echo no; fi`;
    return (await this.node.text(command, { sudo: true, timeoutMs: (timeoutSeconds + 30) * 1000 })) === "yes";
  }
}

/** Parses `chronyc tracking`. */
export function parseTracking(output: string): ChronyTracking {
  const all = new Map<string, string>();
  for (const line of output.split(/\r?\n/)) {
    const [, name, value] = /^(\S.*?)\s*: (.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) all.set(name, value);
  }
  const leapStatus = all.get("Leap status");
  if (leapStatus === undefined) throw unexpected("chronyc tracking", "there is no line 'Leap status'", output);
  const [, seconds, direction] = /^([\d.]+) seconds (fast|slow) of/.exec(all.get("System time") ?? "") ?? [];
  return {
    reference: all.get("Reference ID") ?? "",
    stratum: Number(all.get("Stratum") ?? 0),
    leapStatus,
    offsetSeconds: seconds === undefined ? undefined : Number(seconds) * (direction === "slow" ? -1 : 1),
    isSynchronised: leapStatus !== "Not synchronised",
    all,
  };
}

const MODES: Readonly<Record<string, ChronySource["mode"]>> = { "^": "server", "=": "peer", "#": "reference-clock" };
const STATES: Readonly<Record<string, ChronySource["state"]>> = {
  "*": "selected",
  "+": "combined",
  "-": "not-combined",
  "?": "unreachable",
  x: "falseticker",
  "~": "too-variable",
  " ": "unusable",
};

/** Parses `chronyc -c sources`, a line of comma-separated values per source. */
export function parseSources(output: string): ChronySource[] {
  return output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [modeSign = "", stateSign = "", name, stratum, , reach] = line.split(",");
      const mode = MODES[modeSign];
      const state = STATES[stateSign];
      if (mode === undefined || state === undefined || !name || reach === undefined) {
        throw unexpected("chronyc -c sources", `line '${line}' has another form`, output);
      }
      // Reach is octal, as in ntpq.
      return { mode, state, name, stratum: Number(stratum), reach: Number.parseInt(reach, 8) };
    });
}
