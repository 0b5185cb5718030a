import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";

/** Options by their full name: `y`, `m`, a number or the text of a string. Options that are off are missing. */
export type KernelOptions = ReadonlyMap<string, string>;

/** How the running kernel was configured. */
export class KernelConfig extends Tool {
  #options: Promise<KernelOptions> | undefined;

  /** All options, read once per node. Throws CommandFailed when the guest does not keep its configuration anywhere. */
  options(): Promise<KernelOptions> {
    this.#options ??= this.#read().catch((error: unknown) => {
      // What failed once (an aborted case) may work the next time.
      this.#options = undefined;
      throw error;
    });
    return this.#options;
  }

  /** Value of an option such as `CONFIG_CIFS`; undefined when it is off or unknown to this kernel. */
  async value(option: string): Promise<string | undefined> {
    return (await this.options()).get(option);
  }

  /** Whether the option is `y`. */
  async isBuiltIn(option: string): Promise<boolean> {
    return (await this.value(option)) === "y";
  }

  /** Whether the option is `m`. */
  async isModule(option: string): Promise<boolean> {
    return (await this.value(option)) === "m";
  }

  /** Whether the option is `y` or `m`. */
  async isEnabled(option: string): Promise<boolean> {
    const value = await this.value(option);
    return value === "y" || value === "m";
  }

  async #read(): Promise<KernelOptions> {
    // CoreOS keeps it below /usr, image-based systems beside the modules.
    const script = sh`r=$(uname -r)
      for f in "/boot/config-$r" "/usr/boot/config-$r" "/lib/modules/$r/config"; do
        [ -r "$f" ] && exec cat "$f"
      done
      [ -r /proc/config.gz ] && exec zcat /proc/config.gz
      echo "Neither '/boot/config-$r' nor '/proc/config.gz' exists: the kernel's configuration is not kept." >&2
      exit 1`;
    return parseKernelConfig(await this.node.text(script, { sudo: true }));
  }
}

/** Parses a kernel's .config. Strings lose their quotes; `# CONFIG_X is not set` is left out. */
export function parseKernelConfig(text: string): KernelOptions {
  const options = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^(CONFIG_\w+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const [, quoted] = /^"(.*)"$/.exec(value) ?? [];
    options.set(name, quoted === undefined ? value : quoted.replace(/\\(.)/g, "$1"));
  }
  return options;
}
