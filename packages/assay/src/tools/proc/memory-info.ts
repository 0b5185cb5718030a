import { unexpected } from "../unexpected.ts";

/** Sizes of /proc/meminfo in bytes. */
export interface MemoryInfo {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** What programs may still take without swapping. Kernels before 3.14 do not say it. */
  readonly availableBytes: number | undefined;
  readonly buffersBytes: number;
  readonly cachedBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
  /** Every line by its name; sizes in bytes, counts such as `HugePages_Total` as they are. */
  readonly all: ReadonlyMap<string, number>;
}

/** Parses /proc/meminfo, in which `kB` means 1024 bytes. */
export function parseMemoryInfo(text: string): MemoryInfo {
  const all = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, number, unit] = /^(\S+):\s+(\d+)(?:\s+(kB))?\s*$/.exec(line) ?? [];
    if (name !== undefined && number !== undefined) all.set(name, Number(number) * (unit === "kB" ? 1024 : 1));
  }
  const totalBytes = all.get("MemTotal");
  if (totalBytes === undefined) throw unexpected("/proc/meminfo", "there is no line 'MemTotal:'", text);
  const size = (name: string) => all.get(name) ?? 0;
  return {
    totalBytes,
    freeBytes: size("MemFree"),
    availableBytes: all.get("MemAvailable"),
    buffersBytes: size("Buffers"),
    cachedBytes: size("Cached"),
    swapTotalBytes: size("SwapTotal"),
    swapFreeBytes: size("SwapFree"),
    all,
  };
}
