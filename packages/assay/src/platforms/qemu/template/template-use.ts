import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { markProcess, type ProcessMark, processState } from "../host/process-mark.ts";

const PREFIX = "in-use-";

/**
 * Tells other assays that this process forks the template in `folder`, so that they leave it when they need room.
 * Disposing takes the mark away; that of a process which was killed counts no more. A template that has just gone is
 * not marked: its forks find out and it is made anew.
 */
export async function useTemplate(folder: string): Promise<AsyncDisposable> {
  const mark = await markProcess(process.pid);
  const path = join(folder, `${PREFIX}${process.pid}-${randomBytes(6).toString("hex")}`);
  if (mark !== undefined) await writeFile(path, JSON.stringify(mark), { mode: 0o600 }).catch(() => undefined);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Whether a process that may still run has marked the template as its own. Removes marks of those that have ended. */
export async function isInUse(folder: string): Promise<boolean> {
  let isUsed = false;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(folder, name);
    const mark = await readMark(path);
    if (mark === undefined || (await processState(mark)) === "gone") await rm(path, { force: true });
    else isUsed = true;
  }
  return isUsed;
}

async function readMark(path: string): Promise<ProcessMark | undefined> {
  try {
    const mark = JSON.parse(await readFile(path, "utf8")) as ProcessMark;
    return typeof mark.pid === "number" ? mark : undefined;
  } catch {
    return undefined;
  }
}
