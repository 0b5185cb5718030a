import type { EnvironmentRequirement } from "./platform.ts";

/** False when a case asks for fewer processors than `cores`, or for other numbers; numbers that are too small are told apart. */
export const suitsCores = ({ nodes = [] }: EnvironmentRequirement, cores: number): boolean =>
  nodes.every(
    ({ coreCount }) => coreCount?.some(({ minimum, maximum }) => minimum <= cores && cores <= maximum) ?? true,
  );
