import { expect, test } from "vitest";
import type { FeatureSpace } from "../../runbook/requirement.ts";
import { checkNode, chooseNode, intersectNode, joinNodes } from "./node.ts";
import { sentenceOf } from "./reason.ts";

const named = (...names: string[]): FeatureSpace[] => names.map((name) => ({ name, settings: {} }));
const CAPABILITIES = [[], ["aa"], ["cc"], ["aa", "cc"], ["aa", "bb", "cc"]] as const;

test.each([
  ["all required features must be there", { features: named("aa", "bb") }, [false, false, false, false, true]],
  ["no excluded feature may be there", { excludedFeatures: named("aa", "bb") }, [true, false, true, false, false]],
  ["asking for none is always met", { features: [] }, [true, true, true, true, true]],
])("%s", (_, requirement, expected) => {
  const met = CAPABILITIES.map((names) => checkNode(requirement, { features: named(...names) }).length === 0);
  expect(met).toEqual(expected);
});

test("a capability that names no features has none", () => {
  expect(checkNode({ features: named("Nvme") }, {}).map((reason) => sentenceOf(reason, "'a'"))).toEqual([
    "It needs the feature 'Nvme'; 'a' has no features.",
  ]);
  expect(checkNode({ excludedFeatures: named("Nvme") }, {})).toEqual([]);
});

test("names compare exactly", () => {
  expect(checkNode({ features: named("nvme") }, { features: named("Nvme") })).toHaveLength(1);
});

const secured = (...profiles: string[]): FeatureSpace => ({
  name: "Security_Profile",
  settings: { security_profile: profiles },
});

test("each setting of a required feature must share a value", () => {
  const capability = { features: [secured("secureboot", "none"), ...named("Nvme")] };
  expect(checkNode({ features: [secured("cvm", "secureboot")] }, capability)).toEqual([]);
  expect(checkNode({ features: [secured("cvm")] }, capability).map((reason) => sentenceOf(reason, "'a'"))).toEqual([
    "It needs 'security_profile' of the feature 'Security_Profile' to be 'cvm'; 'a' has 'secureboot' or 'none'.",
  ]);
});

test("what is chosen has all features of the capability, with the cheapest settings that the requirement allows", () => {
  const capability = { features: [secured("stateless", "secureboot", "none"), ...named("Nvme")] };
  const chosen = chooseNode({ features: [secured("stateless", "secureboot")] }, capability);
  expect(chosen).toEqual({
    ok: true,
    space: { features: [secured("secureboot"), ...named("Nvme")], gpuCount: expect.anything() },
  });
});

test("two requirements ask for the features of both, each once", () => {
  const joined = joinNodes(
    { features: [secured("cvm", "secureboot"), ...named("Nvme")] },
    { features: [secured("secureboot", "none"), ...named("Nfs")], excludedFeatures: named("Gpu") },
  );
  expect(joined).toEqual({
    ok: true,
    space: { features: [secured("secureboot"), ...named("Nvme"), ...named("Nfs")], excludedFeatures: named("Gpu") },
  });
});

test("a feature that one requires and the other excludes leaves nothing, in both directions", () => {
  const [asks, forbids] = [{ features: named("Nvme") }, { excludedFeatures: named("Nvme") }];
  expect(joinNodes(asks, forbids).ok).toBe(false);
  expect(joinNodes(forbids, asks).ok).toBe(false);
  expect(joinNodes(asks, { features: [secured("cvm")] }).ok).toBe(true);
});

test("intersect keeps what must not be there", () => {
  const narrowed = intersectNode({ excludedFeatures: named("Gpu") }, { features: named("Nvme") });
  expect(narrowed).toMatchObject({ ok: true, space: { features: named("Nvme"), excludedFeatures: named("Gpu") } });
});
