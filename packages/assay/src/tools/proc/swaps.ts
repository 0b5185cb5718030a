import { unexpected } from "../unexpected.ts";
import { decodeOctalEscapes } from "./octal-escapes.ts";

/** Swap that is switched on. */
export interface Swap {
  /** Path of the device or file. */
  readonly path: string;
  readonly type: "partition" | "file";
  readonly sizeBytes: number;
  readonly usedBytes: number;
  readonly priority: number;
}

/** Parses /proc/swaps (sizes there are KiB). Compressed swap in memory is a `partition` named /dev/zram0. */
export function parseSwaps(text: string): Swap[] {
  const [header = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (!header.startsWith("Filename")) throw unexpected("/proc/swaps", "the header is missing", text);
  return lines.map((line) => {
    const [path, type, size, used, priority] = line.trim().split(/\s+/);
    if (path === undefined || (type !== "partition" && type !== "file") || priority === undefined) {
      throw unexpected("/proc/swaps", `line '${line}' has another form`, text);
    }
    return {
      path: decodeOctalEscapes(path),
      type,
      sizeBytes: Number(size) * 1024,
      usedBytes: Number(used) * 1024,
      priority: Number(priority),
    };
  });
}
