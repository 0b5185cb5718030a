import { Cat } from "./cat.ts";
import { type KernelCommandLine, parseCommandLine } from "./proc/command-line.ts";
import { type CpuInfo, parseCpuInfo } from "./proc/cpu-info.ts";
import { type MemoryInfo, parseMemoryInfo } from "./proc/memory-info.ts";
import { type LoadedModule, parseModules } from "./proc/modules.ts";
import { type MountLine, parseMounts } from "./proc/mounts.ts";
import { parseSwaps, type Swap } from "./proc/swaps.ts";
import { Tool } from "./tool.ts";

/** What the kernel says about itself in /proc. Each call reads it anew. */
export class Proc extends Tool {
  async commandLine(): Promise<KernelCommandLine> {
    return parseCommandLine(await this.#read("/proc/cmdline"));
  }

  async cpus(): Promise<readonly CpuInfo[]> {
    return parseCpuInfo(await this.#read("/proc/cpuinfo"));
  }

  async memory(): Promise<MemoryInfo> {
    return parseMemoryInfo(await this.#read("/proc/meminfo"));
  }

  /** None where the kernel was built without swap. */
  async swaps(): Promise<readonly Swap[]> {
    const text = await this.#readIfExists("/proc/swaps");
    return text === undefined ? [] : parseSwaps(text);
  }

  async mounts(): Promise<readonly MountLine[]> {
    return parseMounts(await this.#read("/proc/mounts"));
  }

  /** None where the kernel was built without modules. */
  async modules(): Promise<readonly LoadedModule[]> {
    return parseModules((await this.#readIfExists("/proc/modules")) ?? "");
  }

  #read(path: string): Promise<string> {
    return this.node.tool(Cat).read(path);
  }

  #readIfExists(path: string): Promise<string | undefined> {
    return this.node.tool(Cat).readIfExists(path);
  }
}
