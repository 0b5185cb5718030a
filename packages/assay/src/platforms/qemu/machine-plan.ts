import type { EnvironmentRequirement } from "../platform.ts";
import type { MachineShape } from "./machine/machine.ts";
import { machineShapes, type UsualShape } from "./machine-shapes.ts";
import { type NetworkPlace, planNetwork } from "./network/network-plan.ts";

/** One machine before it is made. */
export interface MachinePlan {
  /** Of its node. */
  readonly name: string;
  readonly shape: MachineShape;
  /** Undefined for a machine alone. */
  readonly place: NetworkPlace | undefined;
}

/**
 * The machines of an environment. One alone is called as the environment; several are called as the runbook calls them,
 * or else after the environment and their number. Those names are also how they find each other, so they are host names
 * and no two are equal.
 */
export function machinePlans(
  requirement: EnvironmentRequirement,
  usual: UsualShape,
  environmentName: string,
): readonly MachinePlan[] {
  const shapes = machineShapes(requirement, usual);
  const names = shapes.map((_, index) => nameOf(requirement, environmentName, index));
  const [only] = shapes;
  if (only !== undefined && shapes.length === 1) return [{ name: environmentName, shape: only, place: undefined }];
  const unique = names.map((name, index) => (names.indexOf(name) === index ? name : `${name}-${index}`));
  const places = planNetwork(unique);
  return shapes.flatMap((shape, index) => {
    const place = places[index];
    return place === undefined ? [] : [{ name: place.name, shape, place }];
  });
}

function nameOf({ machines = [] }: EnvironmentRequirement, environmentName: string, index: number): string {
  const given = hostName(machines[index]?.name ?? "");
  return given === "" ? `${hostName(environmentName)}-n${index}` : given;
}

/** `name` as a host name (RFC 1123). */
export function hostName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
}
