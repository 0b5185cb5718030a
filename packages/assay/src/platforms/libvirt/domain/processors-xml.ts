import type { Hardware } from "../../qemu/hardware.ts";
import { processorPlaces } from "../../qemu/machine/devices/processors.ts";
import { MEMORY_SLOTS, MOST_ADDED_MEMORY_MB } from "../../qemu/machine/hot-plug.ts";
import type { DomainSpec } from "./domain-xml.ts";
import { processorInWords } from "./processor-words.ts";
import { element, type XmlElement } from "./xml.ts";

/** Memory and processors, and how they sit together. */
export function processorsAndMemory(spec: DomainSpec): readonly (XmlElement | undefined)[] {
  const { cores, hardware, memoryMb } = spec;
  const { most, topology } = processorPlaces(cores, hardware);
  return [
    element("maxMemory", { slots: MEMORY_SLOTS, unit: "MiB" }, `${memoryMb + MOST_ADDED_MEMORY_MB}`),
    element("memory", { unit: "MiB" }, `${memoryMb}`),
    hardware.hasHugepages === true ? element("memoryBacking", {}, element("hugepages")) : undefined,
    element("vcpu", { current: cores }, `${most}`),
    element(
      "cpu",
      ...model(spec),
      topology === undefined ? undefined : element("topology", { ...topology, dies: 1 }),
      element("numa", {}, ...cells(hardware.numa ?? [{ cores: most, memoryMb }])),
    ),
  ];
}

/** Attributes of the processor, and what stands in it. */
function model({ accelerator, hardware: { cpu } }: DomainSpec): [XmlElement["attributes"], ...XmlElement[]] {
  if (cpu === undefined) {
    return [accelerator === "kvm" ? { mode: "host-passthrough", migratable: "on" } : { mode: "maximum" }];
  }
  const { features, isEnforced, name } = processorInWords(cpu);
  const flags = features.map((feature) => element("feature", { policy: feature.policy, name: feature.name }));
  if (name === "max" || name === "host") return [{ mode: name === "max" ? "maximum" : "host-passthrough" }, ...flags];
  return [
    // As without libvirt, a machine gets what there is of its model, unless it is to have all or nothing.
    { mode: "custom", match: "exact", check: isEnforced ? "partial" : "none" },
    element("model", { fallback: "forbid" }, name),
    ...flags,
  ];
}

/** libvirt adds memory to nodes of NUMA only, so that every machine has one. */
function cells(nodes: NonNullable<Hardware["numa"]>): readonly XmlElement[] {
  let next = 0;
  return nodes.map(({ cores, memoryMb }, id) => {
    const first = next;
    next += cores;
    const cpus = cores === 0 ? undefined : `${first}-${next - 1}`;
    return element("cell", { id, cpus, memory: memoryMb, unit: "MiB" });
  });
}
