/** Loaded into a measured process with --import: writes what the process used into the file that ASSAY_BENCH_USAGE names. */
import { readFileSync, writeFileSync } from "node:fs";

const path = process.env.ASSAY_BENCH_USAGE;
if (path !== undefined) {
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const written = Number(/^write_bytes: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
    const usage = { processorMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024, writtenBytes: written };
    writeFileSync(path, JSON.stringify(usage));
  });
}
