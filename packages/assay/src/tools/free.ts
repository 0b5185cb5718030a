import type { MemoryInfo } from "./proc/memory-info.ts";
import { Proc } from "./proc.ts";
import { Tool } from "./tool.ts";

/** Memory and swap in total and in use. Read from /proc/meminfo, as `free` itself does, so that nothing is rounded. */
export class Free extends Tool {
  async memory(): Promise<MemoryInfo> {
    return await this.node.tool(Proc).memory();
  }

  /** Memory the kernel manages; less than the machine has, by what firmware and kernel keep. */
  async totalBytes(): Promise<number> {
    return (await this.memory()).totalBytes;
  }

  async swapTotalBytes(): Promise<number> {
    return (await this.memory()).swapTotalBytes;
  }
}
