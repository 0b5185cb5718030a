import fc from "fast-check";
import { expect, test } from "vitest";
import type { CountSpace, NodeSpace } from "../../runbook/requirement.ts";
import { countSpaces, nodeSpaces } from "../../testing/arbitrary-space.ts";
import { checkCount, intersectCount, normalCount, pickCount } from "./count.ts";
import { checkEnvironment, chooseEnvironment, intersectEnvironment } from "./environment.ts";
import { checkNode, chooseNode, identityOfNode, impliesNode, intersectNode, joinNodes } from "./node.ts";

const has = (space: CountSpace | undefined, number: number): boolean =>
  space?.some(({ minimum, maximum }) => minimum <= number && number <= maximum) ?? false;
const isMet = (requirement: NodeSpace, capability: NodeSpace): boolean =>
  checkNode(requirement, capability).length === 0;

test("the intersection of counts holds exactly the numbers of both", () => {
  fc.assert(
    fc.property(countSpaces, countSpaces, fc.nat(15), (left, right, number) => {
      const both = intersectCount(left, right);
      expect(has(both, number)).toBe(has(left, number) && has(right, number));
      expect(both).toEqual(intersectCount(right, left));
      expect(checkCount(left, right)).toBe(both !== undefined);
      expect(both && intersectCount(both, right)).toEqual(both);
    }),
  );
});

test("the intersection of counts does not depend on how they are grouped", () => {
  fc.assert(
    fc.property(countSpaces, countSpaces, countSpaces, (one, two, three) => {
      const [first, last] = [intersectCount(one, two), intersectCount(two, three)];
      expect(first && intersectCount(first, three)).toEqual(last && intersectCount(one, last));
    }),
  );
});

test("the normal form of a count holds the same numbers, and no picked number is outside", () => {
  fc.assert(
    fc.property(countSpaces, fc.nat(15), (space, number) => {
      const normal = normalCount(space);
      expect(has(normal, number)).toBe(has(space, number));
      expect(normalCount(normal)).toEqual(normal);
      const picked = pickCount(space);
      expect(picked).toBe(pickCount(normal));
      expect(picked === undefined || has(space, picked)).toBe(true);
    }),
  );
});

test("a requirement is met exactly when something is left of it", () => {
  fc.assert(
    fc.property(nodeSpaces, nodeSpaces, (requirement, capability) => {
      expect(intersectNode(requirement, capability).ok).toBe(isMet(requirement, capability));
    }),
    { numRuns: 1000 },
  );
});

/** Pairs that often fit: the capability is a widened copy of the requirement. */
const fittingPairs = fc.tuple(nodeSpaces, nodeSpaces).map(([requirement, other]) => {
  const capability: NodeSpace = { ...other, ...requirement };
  const names = new Set((capability.features ?? []).map(({ name }) => name));
  const excludedFeatures = (requirement.excludedFeatures ?? []).filter(({ name }) => !names.has(name));
  return { requirement: { ...requirement, excludedFeatures }, capability };
});

test("what is left is met by the capability, lies in the requirement and does not shrink again", () => {
  fc.assert(
    fc.property(fittingPairs, ({ requirement, capability }) => {
      const left = intersectNode(requirement, capability);
      if (!left.ok) throw new Error(JSON.stringify(left.reasons));
      expect(isMet(left.space, capability)).toBe(true);
      expect(isMet(requirement, left.space)).toBe(true);
      const again = intersectNode(left.space, capability);
      expect(again.ok && identityOfNode(again.space)).toBe(identityOfNode(left.space));
    }),
    { numRuns: 500 },
  );
});

test("what is chosen meets the requirement, can be given, and lies in what is left", () => {
  fc.assert(
    fc.property(fittingPairs, ({ requirement, capability }) => {
      const [chosen, left] = [chooseNode(requirement, capability), intersectNode(requirement, capability)];
      if (!left.ok) throw new Error(JSON.stringify(left.reasons));
      if (!chosen.ok) {
        expect(chosen.reasons.every(({ has: held }) => held === "no upper bound")).toBe(true);
        return;
      }
      expect(isMet(requirement, chosen.space)).toBe(true);
      expect(isMet(chosen.space, capability)).toBe(true);
      expect(isMet(chosen.space, left.space)).toBe(true);
      for (const key of ["coreCount", "memoryMb", "gpuCount"] as const) {
        const [one] = chosen.space[key] ?? [];
        expect(one?.minimum).toBe(one?.maximum);
        expect(one === undefined || has(left.space[key], one.minimum)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("a machine serves two requirements together exactly when it serves each", () => {
  fc.assert(
    fc.property(nodeSpaces, nodeSpaces, fittingPairs, (left, right, pair) => {
      const chosen = chooseNode(pair.requirement, pair.capability);
      if (!chosen.ok) return;
      const { excludedFeatures: _, ...machine } = chosen.space;
      const joined = joinNodes(left, right);
      const meetsBoth = isMet(left, machine) && isMet(right, machine);
      expect(joined.ok && isMet(joined.space, machine)).toBe(meetsBoth);
    }),
    { numRuns: 1000 },
  );
});

test("a requirement implies another only when every machine for it serves the other, and always itself", () => {
  fc.assert(
    fc.property(nodeSpaces, nodeSpaces, nodeSpaces, (made, other, machine) => {
      expect(impliesNode(made, made)).toBe(true);
      expect(impliesNode({ ...other, ...made }, made)).toBe(true);
      const joined = joinNodes(made, other);
      if (joined.ok && !("disk" in joined.space)) expect(impliesNode(joined.space, made)).toBe(true);
      if (impliesNode(made, other) && isMet(made, machine)) expect(isMet(other, machine)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("adding requirements does not depend on their order, and adding one twice changes nothing", () => {
  fc.assert(
    fc.property(nodeSpaces, nodeSpaces, (left, right) => {
      const [one, other, twice] = [joinNodes(left, right), joinNodes(right, left), joinNodes(left, left)];
      expect(one.ok).toBe(other.ok);
      const cachingOf = ({ disk }: NodeSpace) => disk?.dataDiskCaching;
      if (one.ok && other.ok && cachingOf(left) === cachingOf(right)) {
        expect(identityOfNode(one.space)).toBe(identityOfNode(other.space));
      }
      if (twice.ok) expect(identityOfNode(twice.space)).toBe(identityOfNode(left));
    }),
    { numRuns: 500 },
  );
});

test("nodes of one identity meet and serve the same", () => {
  fc.assert(
    fc.property(nodeSpaces, nodeSpaces, (node, other) => {
      const reversed: NodeSpace = {
        ...node,
        ...(node.coreCount && { coreCount: node.coreCount.toReversed() }),
        ...(node.features && { features: node.features.toReversed() }),
      };
      expect(identityOfNode(reversed)).toBe(identityOfNode(node));
      expect(isMet(reversed, other)).toBe(isMet(node, other));
      expect(isMet(other, reversed)).toBe(isMet(other, node));
    }),
  );
});

const environments = fc.record({
  nodes: fc.array(nodeSpaces, { minLength: 1, maxLength: 3 }),
  isOrderFixed: fc.boolean(),
});

test("an environment serves exactly when some order of its nodes does", () => {
  const orders = (places: readonly number[]): number[][] =>
    places.length === 0
      ? [[]]
      : places.flatMap((place) => orders(places.filter((other) => other !== place)).map((rest) => [place, ...rest]));
  fc.assert(
    fc.property(environments, environments, (requirement, capability) => {
      const isFixed = requirement.isOrderFixed || capability.isOrderFixed;
      const fits = orders(capability.nodes.map((_, place) => place))
        .filter((order) => !isFixed || order.every((place, index) => place === index))
        .some((order) =>
          requirement.nodes.every((node, index) => {
            const held = capability.nodes[order[index] ?? -1];
            return held !== undefined && isMet(node, held);
          }),
        );
      expect(checkEnvironment(requirement, capability).ok).toBe(fits);
      expect(intersectEnvironment(requirement, capability).ok).toBe(fits);
      const chosen = chooseEnvironment(requirement, capability);
      if (chosen.ok) expect(checkEnvironment(chosen.space, capability).ok).toBe(true);
    }),
    { numRuns: 500 },
  );
});
