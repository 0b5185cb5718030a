import { HostExhausted } from "./catalogue.ts";

/** True when a system call found no room: the disk is full or the quota used up (errno(3): ENOSPC, EDQUOT). */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** What to throw for an error of writing to `path`: HostExhausted when there was no room, else the error itself. */
export function writeError(error: unknown, path: string, help = "Free some space."): unknown {
  if (!isDiskFull(error)) return error;
  return new HostExhausted(`The disk that holds '${path}' is full.`, { help, cause: error });
}
