import type { EnvironmentSettings, NodeSettings } from "../runbook/environment-types.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { nodesOf, requirementOn } from "./case-requirement.ts";
import { describedFinder } from "./described.ts";
import { guestSpaces } from "./guests.ts";
import { type Candidate, matcher } from "./match.ts";
import { OPEN_CAPABILITY } from "./space/node.ts";

/** Platforms that use the environments a runbook lists; the others make their own. */
const USING_LISTED: readonly string[] = ["ready", "local"];

/** The parts of a runbook that say what machines there are. */
export type Machines = Partial<Pick<Runbook, "platform" | "environment">>;

/** The environments that are there before the run and that the platform uses; empty where it makes its own. */
export function listedEnvironments({ platform, environment }: Machines): readonly Candidate[] {
  if (platform === undefined || !USING_LISTED.includes(platform.type)) return [];
  return (environment?.environments ?? []).map(candidateOf);
}

const known = new WeakMap<Machines, (testCase: Case) => string | undefined>();

/**
 * Gives the reason why no environment of `runbook` can serve a case, as sentences; undefined when one can. Listed
 * environments are taken as they are; what the platform requires or ignores is about the ones it makes.
 */
export function unfitReason(runbook: Machines): (testCase: Case) => string | undefined {
  const reasonOf = known.get(runbook) ?? makeReason(runbook);
  known.set(runbook, reasonOf);
  return reasonOf;
}

function makeReason(runbook: Machines): (testCase: Case) => string | undefined {
  const guests = guestCandidates(runbook);
  if (guests !== undefined) {
    const match = matcher(guests);
    return ({ requires }) => sentences(match(nodesOf(requires)).reasons);
  }
  const described = describedFinder(runbook);
  if (described !== undefined) return ({ requires }) => sentences(described(nodesOf(requires)).reasons);
  const listed = listedEnvironments(runbook);
  if (listed.length > 0) {
    const match = matcher(listed);
    return ({ requires }) => sentences(match(nodesOf(requires)).reasons);
  }
  return ({ requires }) => {
    const required = requirementOn(requires, runbook.platform ?? {});
    return required.ok ? undefined : sentences(required.reasons);
  };
}

/** Machines that a platform makes for guests are as many as it takes; more are not counted on when planning. */
const HOSTS_MADE = 8;

/** The guests on each environment of a runbook, as cases get them; undefined when there are no guests. */
function guestCandidates(runbook: Machines): readonly Candidate[] | undefined {
  const guests = runbook.platform?.guests;
  if (guests === undefined) return undefined;
  const listed = listedEnvironments(runbook);
  const made = Array.from({ length: HOSTS_MADE }, () => ({ ...OPEN_CAPABILITY, ...runbook.platform?.requirement }));
  const hosts = listed.length > 0 ? listed : [{ name: "the environment", cost: 0, nodes: made }];
  return hosts.map(({ name, nodes }) => ({ name: `${name} (gst)`, cost: 0, nodes: guestSpaces(nodes, guests) }));
}

const sentences = (reasons: readonly string[]): string | undefined =>
  reasons.length === 0 ? undefined : reasons.join(" ");

/**
 * What a listed environment has, its default node first. All cost the same, so that the first in the runbook is taken
 * first.
 */
export function candidateOf({ name, nodes }: Pick<EnvironmentSettings, "name" | "nodes">): Candidate {
  const defaultFirst = nodes.toSorted((left, right) => Number(right.isDefault) - Number(left.isDefault));
  return {
    name: `environment '${name}'`,
    cost: 0,
    nodes: defaultFirst.map(capabilityOf),
    isOrderFixed: nodes.some(({ isDefault }) => isDefault),
  };
}

/** A node has what it claims, and where it claims nothing the language's open defaults; a machine yet to be made what it is asked to have. */
function capabilityOf(node: NodeSettings): Candidate["nodes"][number] {
  return { ...OPEN_CAPABILITY, ...(node.type === "requirement" ? node.requirement : node.capability) };
}
