import type { LoadedModule } from "./proc/modules.ts";
import { Proc } from "./proc.ts";
import { Tool } from "./tool.ts";

/** Kernel modules that are loaded. Read from /proc/modules, as `lsmod` itself does. */
export class Lsmod extends Tool {
  async modules(): Promise<readonly LoadedModule[]> {
    return await this.node.tool(Proc).modules();
  }

  /** The module if it is loaded; built-in ones never are. `-` and `_` in names are the same to the kernel. */
  async find(name: string): Promise<LoadedModule | undefined> {
    const wanted = name.replaceAll("-", "_");
    return (await this.modules()).find((module) => module.name === wanted);
  }

  async isLoaded(name: string): Promise<boolean> {
    return (await this.find(name)) !== undefined;
  }
}
