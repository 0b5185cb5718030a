import { type Feature, featureKey } from "./feature.ts";

/** Processors of a machine, as requirements call them: `x64` is x86_64, `Arm64` is aarch64. */
export type MachineArchitecture = "x64" | "Arm64";

/** What processors a machine has. Which a case wants it says with {@link architecture}. */
export interface Architecture extends Feature {
  readonly featureName: "Architecture";
  readonly architecture: MachineArchitecture;
}
export const Architecture = featureKey<Architecture>("Architecture");

/** For `requires.features` of a case: a machine with one of these kinds of processors. */
export function architecture(...wanted: readonly [MachineArchitecture, ...MachineArchitecture[]]) {
  return { ...Architecture, settings: { arch: wanted } };
}
