import { readFileSync } from "node:fs";
import { freemem } from "node:os";

const MIB = 1_048_576;

/**
 * Memory in MiB that processes can still have here without swapping: what the kernel says is available, bounded by what
 * the control group of a container leaves (cgroup v2, its page cache counted as free).
 */
export function freeMemoryMb(readText: (path: string) => string = (path) => readFileSync(path, "utf8")): number {
  const read = (path: string): string => {
    try {
      return readText(path);
    } catch {
      return "";
    }
  };
  const availableKb = Number(/^MemAvailable:\s+(\d+)/m.exec(read("/proc/meminfo"))?.[1] ?? Number.NaN);
  const hostBytes = Number.isFinite(availableKb) ? availableKb * 1024 : freemem();
  // 'max' and a missing file are no limit.
  const limit = Number.parseInt(read("/sys/fs/cgroup/memory.max"), 10);
  const used = Number.parseInt(read("/sys/fs/cgroup/memory.current"), 10);
  const cached = Number(/^inactive_file (\d+)/m.exec(read("/sys/fs/cgroup/memory.stat"))?.[1] ?? 0);
  const groupBytes = limit - used + cached;
  return Math.max(0, Math.floor((Number.isNaN(groupBytes) ? hostBytes : Math.min(hostBytes, groupBytes)) / MIB));
}
