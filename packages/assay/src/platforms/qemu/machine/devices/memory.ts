import { MEMORY_SLOTS, MOST_ADDED_MEMORY_MB } from "../hot-plug.ts";
import type { MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** The guest's memory, with room for modules to come. */
export function memory({ memory: file, memoryMb }: MachineSpec): string[] {
  const size = ["-m", `${memoryMb}M,slots=${MEMORY_SLOTS},maxmem=${memoryMb + MOST_ADDED_MEMORY_MB}M`];
  if (file === undefined) return size;
  const share = file.access === "shared" ? "on" : "off";
  const backend = `memory-backend-file,id=memory0,size=${memoryMb}M,mem-path=${escaped(file.path)},share=${share}`;
  return [...size, "-object", backend];
}
