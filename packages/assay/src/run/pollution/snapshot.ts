/** What there is on a node that a case may leave behind. */
export interface Snapshot {
  /** Of the boot it was taken in. */
  readonly bootId: string;
  readonly failedUnits: ReadonlySet<string>;
  /** How many mounts there are at a target: one may lie on another. */
  readonly mounts: ReadonlyMap<string, number>;
  readonly processes: ReadonlyMap<string, Process>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** What marks a file's state, by path; it never changes for what is no plain file. */
  readonly files: ReadonlyMap<string, string>;
  /** Lines of the kernel's log that tell of trouble. */
  readonly kernel: ReadonlySet<string>;
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** The service of its control group, such as `cron.service`, or the group's name; empty when it has none of its own. */
  readonly unit: string;
}

/** Of the task's flags, proc_pid_stat(5) field 9: it belongs to the kernel (PF_KTHREAD of the kernel's sched.h). */
const KERNEL_THREAD = 0x20_0000;

/** Reads what the snapshot script printed. Undefined when its end is missing, which a comparison would take for changes. */
export function parseSnapshot(output: string): Snapshot | undefined {
  const sections = new Map<string, readonly string[]>();
  for (const part of output.split(/^== /m).slice(1)) {
    const [name = "", ...lines] = part.trimEnd().split("\n");
    sections.set(name, lines);
  }
  if (!sections.has("end")) return undefined;
  const of = (name: string): readonly string[] => sections.get(name) ?? [];
  const mounts = new Map<string, number>();
  for (const line of of("mounts")) {
    const target = unescapeOctal(line.split(" ")[1] ?? "");
    if (target !== "") mounts.set(target, (mounts.get(target) ?? 0) + 1);
  }
  return {
    bootId: of("boot-id")[0] ?? "",
    failedUnits: new Set(of("units").flatMap((line) => line.trim().split(/\s+/).slice(0, 1))),
    mounts,
    processes: processesOf(of("processes"), unitsOf(of("cgroups")), Number(of("self")[0])),
    users: namesOf(of("users")),
    groups: namesOf(of("groups")),
    files: filesOf(of("files")),
    kernel: new Set(of("kernel")),
  };
}

const namesOf = (lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.map((line) => line.split(":")[0] ?? "").filter((name) => name !== ""));

/** `/proc/mounts` writes blanks and backslashes as `\040` (proc_pid_mounts(5)). */
const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function filesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const line of lines) {
    const [, kind = "", modified = "", size = "", path = ""] = /^([^|]+)\|(\d+)\|(\d+)\|(\/.+)$/.exec(line) ?? [];
    // A folder changes with every file in it, which counts for itself.
    if (path !== "") files.set(path, kind.startsWith("regular") ? `${modified} ${size}` : "");
  }
  return files;
}

/** Units by process id. Version 1 has a line for each controller, of which systemd's tells the unit. */
function unitsOf(lines: readonly string[]): ReadonlyMap<number, string> {
  const units = new Map<number, string>();
  for (const line of lines) {
    const [, pid, controllers, path = ""] = /^\/proc\/(\d+)\/cgroup:\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== "" && controllers !== "name=systemd") continue;
    // A service may divide its group further, as udev does for its workers.
    const parts = path.split("/").filter((part) => part !== "");
    const unit = parts.findLast((part) => part.endsWith(".service")) ?? parts.at(-1);
    if (unit !== undefined) units.set(Number(pid), unit);
  }
  return units;
}

/** Processes of users, by id and start, without those that took the snapshot. */
function processesOf(
  lines: readonly string[],
  units: ReadonlyMap<number, string>,
  self: number,
): ReadonlyMap<string, Process> {
  const all = new Map<number, Process & { readonly key: string }>();
  for (const line of lines) {
    // The name is in brackets and may hold blanks and brackets itself.
    const [, pid, name, rest] = /^(\d+) \((.*)\) (.*)$/s.exec(line) ?? [];
    const [state, parent, , , , , flags, ...more] = (rest ?? "").split(" ");
    const isOfKernel = (Number(flags) & KERNEL_THREAD) !== 0;
    if (pid === undefined || name === undefined || state === "Z" || isOfKernel) continue;
    const key = `${pid} ${more[12] ?? ""}`;
    all.set(Number(pid), { key, pid: Number(pid), parent: Number(parent), name, unit: units.get(Number(pid)) ?? "" });
  }
  const own = new Set([self]);
  for (let at = all.get(self); at !== undefined && at.pid !== 1 && !own.has(at.parent); at = all.get(at.parent)) {
    own.add(at.parent);
  }
  own.delete(1);
  const others = [...all.values()].filter(({ pid, parent }) => !own.has(pid) && !own.has(parent));
  return new Map(others.map(({ key, ...process }) => [key, process]));
}
