import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";

/** What a dry run of modprobe says about a module. */
export type ModuleState =
  /** In the kernel: loaded, or built into it. */
  | "present"
  /** Can be loaded but is not. */
  | "loadable"
  /** There is no such module. */
  | "missing"
  /** Configured so that it is never loaded (`install NAME /bin/true`). */
  | "disabled";

/** Loads and removes kernel modules as root. */
export class Modprobe extends Tool {
  /**
   * State of a module by `modprobe -nv`, which changes nothing. A module that is built in without a trace in
   * modules.builtin counts as missing. Source: the field's "module loaded" test, refined.
   */
  async state(module: string): Promise<ModuleState> {
    // Exit code 1 says that there is no such module.
    return parseDryRun(await this.node.text(sh`modprobe -nv -- ${module} 2>&1 || [ $? -eq 1 ]`, { sudo: true }));
  }

  /** Whether it is loaded or built in. */
  async isPresent(module: string): Promise<boolean> {
    return (await this.state(module)) === "present";
  }

  /** Whether the kernel has it, loaded or not. */
  async exists(module: string): Promise<boolean> {
    const state = await this.state(module);
    return state === "present" || state === "loadable";
  }

  /** Loads a module with parameters such as `num_devices=1`; throws CommandFailed when the kernel refuses. */
  async load(module: string, parameters: readonly string[] = []): Promise<void> {
    await this.node.text(["modprobe", "--", module, ...parameters], { sudo: true });
  }

  /** Removes a module and those that only it needs; throws CommandFailed when it is in use. */
  async remove(module: string): Promise<void> {
    await this.node.text(["modprobe", "-r", "--", module], { sudo: true });
  }
}

/** Reads what `modprobe -nv` of one module printed on both streams. */
export function parseDryRun(output: string): ModuleState {
  if (/not found/.test(output)) return "missing";
  if (/^install \/(?:usr\/)?bin\/(?:true|false)/m.test(output)) return "disabled";
  // Each file that would be loaded is printed; a module that is there needs none.
  return /^insmod /m.test(output) ? "loadable" : "present";
}
