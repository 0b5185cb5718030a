import { MOST_NODES, type NodeSpace, smallestCount } from "../../runbook/requirement.ts";
import { mergeSections } from "./merge-sections.ts";
import { joinNodes } from "./node.ts";

/** The nodes to be asked for, or in complete sentences why there can be none. */
export type AddedRequirement =
  | { readonly ok: true; readonly nodes: readonly NodeSpace[] }
  | { readonly ok: false; readonly reasons: readonly string[] };

/**
 * Adds what a platform requires of every machine to what a case requires. The case gets at least the platform's number
 * of nodes, the missing ones like its last. In sections that only a platform reads, the platform's own value wins.
 */
export function addRequirement(own: readonly NodeSpace[], platform: NodeSpace): AddedRequirement {
  const { nodeCount, platformSections, ...required } = platform;
  const least = nodeCount === undefined ? 1 : smallestCount(nodeCount);
  const last = own.at(-1);
  const count = Math.max(own.length, least);
  if (last === undefined || count > MOST_NODES) {
    return { ok: false, reasons: [`It needs ${count} nodes; an environment has at most ${MOST_NODES}.`] };
  }
  const nodes: NodeSpace[] = [];
  let before: NodeSpace | undefined;
  for (const node of [...own, ...Array.from({ length: count - own.length }, () => last)]) {
    const same = node === before ? nodes.at(-1) : undefined;
    if (same !== undefined) {
      nodes.push(same);
      continue;
    }
    before = node;
    const joined = joinNodes(node, required);
    if (!joined.ok) {
      const reasons = joined.reasons.map(
        ({ needs, has }) => `The case needs ${needs}; 'platform.requirement' asks for ${has}.`,
      );
      return { ok: false, reasons };
    }
    const sections = mergeSections(node.platformSections, platformSections);
    nodes.push(sections === undefined ? joined.space : { ...joined.space, platformSections: sections });
  }
  return { ok: true, nodes };
}
