import { statSync } from "node:fs";
import { UsageError } from "../errors/catalogue.ts";
import { lockAddress, tryLock } from "../host/machine-lock.ts";

/**
 * Keeps a run for this process, until it lets go or ends in whatever way. Throws UsageError when another process of this
 * machine has it, or this one.
 */
export async function holdRun(folder: string): Promise<AsyncDisposable> {
  // By what the folder is and not by how it is called: links and mounts give it many names.
  const { dev, ino } = statSync(folder);
  const held = await tryLock(lockAddress(`run ${dev} ${ino}`));
  if (held !== undefined) return held;
  throw new UsageError(`The run '${folder}' is going on: a process on this machine works on it.`, {
    help: "Wait until it is over.",
  });
}
