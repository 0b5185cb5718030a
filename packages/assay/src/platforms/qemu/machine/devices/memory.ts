import { MEMORY_SLOTS, MOST_ADDED_MEMORY_MB } from "../hot-plug.ts";
import type { MachineSpec } from "../machine-spec.ts";
import { escaped } from "./option.ts";

/** The guest's memory, with room for modules to come. */
export function memory(spec: MachineSpec): string[] {
  const { memoryMb } = spec;
  return [
    ...["-m", `${memoryMb}M,slots=${MEMORY_SLOTS},maxmem=${memoryMb + MOST_ADDED_MEMORY_MB}M`],
    ...(spec.hardware.numa === undefined ? [] : numaNodes(spec, spec.hardware.numa)),
    ...(hasOneBackend(spec) ? ["-object", backend(spec, 0, memoryMb)] : []),
  ];
}

/** Whether all memory is one object `memory0`, which the board has to be told. */
export function hasOneBackend({ hardware, hasVirtiofs, memory: file }: MachineSpec): boolean {
  return hardware.numa === undefined && (file !== undefined || hardware.hasHugepages === true || hasVirtiofs);
}

/** File of the memory of each NUMA node; the first has the name of that of a machine without nodes. */
export const memoryFile = (path: string, node: number): string => (node === 0 ? path : `${path}-${node}`);

function numaNodes(spec: MachineSpec, nodes: NonNullable<MachineSpec["hardware"]["numa"]>): string[] {
  let next = 0;
  return nodes.flatMap(({ cores, memoryMb }, index) => {
    const first = next;
    next += cores;
    const processors = cores === 0 ? "" : `,cpus=${first}-${next - 1}`;
    return [
      ...["-object", backend(spec, index, memoryMb)],
      ...["-numa", `node,nodeid=${index},memdev=memory${index}${processors}`],
    ];
  });
}

function backend({ hardware, hasVirtiofs, memory: file }: MachineSpec, index: number, sizeMb: number): string {
  const named = `id=memory${index},size=${sizeMb}M`;
  if (hardware.hasHugepages === true) return `memory-backend-memfd,${named},hugetlb=on`;
  if (file === undefined) return hasVirtiofs ? `memory-backend-memfd,${named},share=on` : `memory-backend-ram,${named}`;
  const share = file.access === "shared" ? "on" : "off";
  return `memory-backend-file,${named},mem-path=${escaped(memoryFile(file.path, index))},share=${share}`;
}
