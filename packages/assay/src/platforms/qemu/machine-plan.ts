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
  const places = planNetwork(uniqueNames(names));
  return shapes.flatMap((shape, index) => {
    const place = places[index];
    return place === undefined ? [] : [{ name: place.name, shape, place }];
  });
}

/** The first of several with one name keeps it; the others get a number that makes a name nobody else has. */
function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  return names.map((name, index) => {
    if (names.indexOf(name) === index) return name;
    const stem = name.slice(0, MAX_LENGTH - NUMBER_LENGTH);
    let number = index;
    while (taken.has(`${stem}-${number}`)) number++;
    taken.add(`${stem}-${number}`);
    return `${stem}-${number}`;
  });
}

function nameOf({ machines = [] }: EnvironmentRequirement, environmentName: string, index: number): string {
  const given = machines[index]?.name ?? "";
  if (/[a-z0-9]/i.test(given)) return hostName(given);
  return `${hostName(environmentName).slice(0, MAX_LENGTH - NUMBER_LENGTH)}-n${index}`;
}

const MAX_LENGTH = 63;
/** Room for `-n` and a number. */
const NUMBER_LENGTH = 5;

/** `name` as a host name (RFC 1123); one with nothing that can be in a host name becomes `node`. */
export function hostName(name: string): string {
  const allowed = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, MAX_LENGTH)
    .replace(/-+$/, "");
  return allowed === "" ? "node" : allowed;
}
