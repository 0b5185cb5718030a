import { readFile, readlink } from "node:fs/promises";

/**
 * Names one process for good: a pid alone is given again to others. `pidNamespace` and `bootId` tell whether this
 * machine can say anything about the pid at all.
 */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks after boot (proc(5)). */
  readonly startTime: string;
  readonly pidNamespace: string;
  readonly bootId: string;
}

/** `foreign`: a process of another PID namespace of this machine, of which nothing can be known here. */
export type ProcessState = "alive" | "gone" | "foreign";

async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

let here: Promise<{ readonly pidNamespace: string; readonly bootId: string }> | undefined;

async function readHere(): Promise<{ readonly pidNamespace: string; readonly bootId: string }> {
  const [pidNamespace, bootId] = await Promise.all([
    readlink("/proc/self/ns/pid").catch(() => "unknown"),
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "unknown"),
  ]);
  return { pidNamespace, bootId: bootId.trim() };
}

/** The mark of a running process; undefined when there is no such process. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  here ??= readHere();
  const startTime = await startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, ...(await here) };
}

/** Whether the marked process still runs. */
export async function processState(mark: ProcessMark): Promise<ProcessState> {
  here ??= readHere();
  const { pidNamespace, bootId } = await here;
  if (mark.bootId !== bootId) return "gone";
  if (mark.pidNamespace !== pidNamespace) return "foreign";
  return (await startTimeOf(mark.pid)) === mark.startTime ? "alive" : "gone";
}
