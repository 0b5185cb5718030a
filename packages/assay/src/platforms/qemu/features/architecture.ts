import type { Architecture, MachineArchitecture } from "../../../features/architecture.ts";
import type { EnvironmentRequirement } from "../../platform.ts";
import { boardOf } from "../hardware.ts";
import type { MachineShape } from "../machine/machine.ts";

/** What processors a machine of that shape has: its board tells. */
export function qemuArchitecture({ hardware }: Pick<MachineShape, "hardware">): Architecture {
  const architecture = boardOf(hardware?.machineType) === "virt" ? "Arm64" : "x64";
  return { featureName: "Architecture", architecture };
}

/** Why a node cannot have the processors that it asks for; undefined where all do. */
export function architectureRefusal(
  { nodes = [] }: EnvironmentRequirement,
  shapes: readonly Pick<MachineShape, "hardware">[],
): string | undefined {
  for (const [index, shape] of shapes.entries()) {
    const has: MachineArchitecture = qemuArchitecture(shape).architecture;
    for (const { name, settings } of nodes[index]?.features ?? []) {
      const wanted = name === "Architecture" ? settings.arch : undefined;
      if (wanted !== undefined && !wanted.includes(has))
        return `it needs a machine of ${wanted.join(" or ")}, and the image's machines are ${has}.`;
    }
  }
  return undefined;
}
