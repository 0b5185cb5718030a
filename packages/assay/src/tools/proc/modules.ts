import { unexpected } from "../unexpected.ts";

/** A loaded kernel module. */
export interface LoadedModule {
  readonly name: string;
  readonly sizeBytes: number;
  /** How often it is in use; undefined when the kernel cannot unload modules. */
  readonly useCount: number | undefined;
  /** Modules that need this one. */
  readonly usedBy: readonly string[];
  readonly state: "Live" | "Loading" | "Unloading";
}

/** Parses /proc/modules, the source of `lsmod`. */
export function parseModules(text: string): LoadedModule[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name, size, count, usedBy, state] = line.split(" ");
      if (!name || !size || !usedBy || (state !== "Live" && state !== "Loading" && state !== "Unloading")) {
        throw unexpected("/proc/modules", `line '${line}' has another form`, text);
      }
      return {
        name,
        sizeBytes: Number(size),
        useCount: count === "-" ? undefined : Number(count),
        // The list ends in a comma and may hold `[permanent]`; `-` stands for nobody.
        usedBy: usedBy.split(",").filter((user) => user !== "" && user !== "-" && !user.startsWith("[")),
        state,
      };
    });
}
