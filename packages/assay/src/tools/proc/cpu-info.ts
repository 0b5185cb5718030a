/** One logical processor of /proc/cpuinfo: its lines by name, as they stand there. */
export type CpuInfo = ReadonlyMap<string, string>;

/** Parses /proc/cpuinfo: blocks of `name : value`. Blocks without a processor number (arm has one) are left out. */
export function parseCpuInfo(text: string): CpuInfo[] {
  return text
    .split(/\n\s*\n/)
    .map((block) => {
      const values = new Map<string, string>();
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
      }
      return values;
    })
    .filter((values) => values.has("processor"));
}

/** Flags of a processor: `flags` on x86, `Features` on arm. */
export function cpuFlags(cpu: CpuInfo): ReadonlySet<string> {
  return new Set((cpu.get("flags") ?? cpu.get("Features") ?? "").split(/\s+/).filter((flag) => flag !== ""));
}
