import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { markProcess, processState } from "./host/process-mark.ts";
import { machinesFolder, type OwnerMark, readOwnerMark } from "./machine/machine-folder.ts";

/** One machine whose owner is gone, and what was done to it. */
export interface Orphan {
  readonly name: string;
  readonly runId: string;
  readonly folder: string;
  /** Pid of the QEMU that was killed; undefined when none ran any more. */
  readonly killedPid: number | undefined;
}

export interface OrphanReport {
  readonly removed: readonly Orphan[];
  /** Machines that were left on purpose by `keep_environment`. */
  readonly kept: readonly { readonly name: string; readonly folder: string; readonly pid: number | undefined }[];
  /** Machines of assays that still run, or of another PID namespace, which were not touched. */
  readonly inUse: number;
}

export interface CleanOptions {
  /** Remove kept machines as well. Default `leave`. */
  readonly kept?: "leave" | "remove";
}

/** A draft is renamed within milliseconds; one this old was left by a killed process. */
const DRAFT_MAX_AGE_MS = 60_000;

/**
 * Removes what dead assays of this user left: QEMU processes, overlays, seeds, keys. A machine is touched only when the
 * process that made it is provably gone (pid, start time, boot, PID namespace).
 */
export async function cleanOrphans(options: CleanOptions = {}): Promise<OrphanReport> {
  const removed: Orphan[] = [];
  const kept: OrphanReport["kept"][number][] = [];
  let inUse = 0;
  for (const entry of await readdir(machinesFolder()).catch(() => [])) {
    const folder = join(machinesFolder(), entry);
    const mark = await readOwnerMark(folder);
    if (mark === undefined) {
      if (await isOldRubbish(folder)) await rm(folder, { recursive: true, force: true });
      continue;
    }
    const isAlone = (await processState(mark.controller)) === "gone";
    if (!isAlone) inUse++;
    else if (mark.isKept && options.kept !== "remove") kept.push({ name: mark.name, folder, pid: mark.qemu?.pid });
    else removed.push(await removeOrphan(folder, mark));
  }
  return { removed, kept, inUse };
}

async function isOldRubbish(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > DRAFT_MAX_AGE_MS;
}

async function removeOrphan(folder: string, mark: OwnerMark): Promise<Orphan> {
  const pid = await findQemu(folder, mark);
  if (pid !== undefined) await killAndWait(pid);
  await rm(folder, { recursive: true, force: true });
  return { name: mark.name, runId: mark.runId, folder, killedPid: pid };
}

/** By its mark; else, for an owner that was killed before it wrote one, by the folder on QEMU's command line. */
async function findQemu(folder: string, mark: OwnerMark): Promise<number | undefined> {
  if (mark.qemu !== undefined) return (await processState(mark.qemu)) === "alive" ? mark.qemu.pid : undefined;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const commandLine = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (commandLine.includes(`${folder}/`) && commandLine.includes("qemu")) return Number(entry);
  }
  return undefined;
}

/** A killed process of another parent gives no event; its /proc entry goes within milliseconds. */
async function killAndWait(pid: number): Promise<void> {
  const mark = await markProcess(pid);
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
  const deadline = Date.now() + 10_000;
  while (mark !== undefined && Date.now() < deadline && (await processState(mark)) === "alive") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
