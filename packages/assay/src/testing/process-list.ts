import { readdirSync, readFileSync } from "node:fs";

/** Ids of the processes of this machine that live (zombies do not) and have `word` among their arguments. */
export function processesWith(word: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = readProc(`/proc/${pid}/cmdline`).split("\0");
      return words.includes(word) && !/^State:\s+Z/m.test(readProc(`/proc/${pid}/status`));
    })
    .map(Number);
}

function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process ended while the list was read.
    return "";
  }
}
