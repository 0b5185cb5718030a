import type { FeatureSpace, NodeSpace } from "../../runbook/requirement.ts";
import type { Aspect, Joined } from "./aspect.ts";
import { FEATURE_PREFERENCES } from "./preference.ts";
import { anyOf, type Reason } from "./reason.ts";
import { checkSet, intersectSet, pickSet } from "./set.ts";

type Required = Pick<NodeSpace, "features">;
type Excluded = Pick<NodeSpace, "excludedFeatures">;
type Both = Required & Excluded;

const NONE: readonly FeatureSpace[] = [];

/** Each required feature must be there under exactly its name, and each of its settings share a value. */
export const requiredFeatures: Aspect<Required> = {
  meets({ features: wanted = NONE }, { features: held = NONE }) {
    return wanted.every((feature) => {
      const found = held.find(({ name }) => name === feature.name);
      return found !== undefined && settingsMeet(feature, found);
    });
  },
  reasons({ features: wanted = NONE }, { features: held = NONE }) {
    return wanted.flatMap((feature) => {
      const found = held.find(({ name }) => name === feature.name);
      return found === undefined ? [missing(feature, held)] : settingReasons(feature, found);
    });
  },
  narrow({ features: wanted = NONE }, { features: held = NONE }) {
    if (held.length === 0) return wanted.length === 0 ? {} : { features: wanted };
    const byName = new Map(wanted.map((feature) => [feature.name, feature]));
    return { features: held.map((feature) => narrowSettings(byName.get(feature.name), feature)) };
  },
  join: ({ features: left = NONE }, { features: right = NONE }) => {
    const joined = joinFeatures(left, right);
    if (!joined.ok) return joined;
    return { ok: true, space: joined.space.length === 0 ? {} : { features: joined.space } };
  },
  implies({ features: made = NONE }, { features: wanted = NONE }) {
    return wanted.every((feature) => {
      const found = made.find(({ name }) => name === feature.name);
      return found !== undefined && settingsImply(found, feature);
    });
  },
  choose: ({ features }) =>
    features === undefined ? { ok: true, space: {} } : { ok: true, space: { features: features.map(chooseSettings) } },
  identity: ({ features = NONE }) => identityOfFeatures(features),
};

/** No excluded feature may be there, whatever its settings. */
export const excludedFeatures: Aspect<Both> = {
  meets: ({ excludedFeatures: unwanted = NONE }, { features: held = NONE }) => common(unwanted, held).length === 0,
  reasons({ excludedFeatures: unwanted = NONE }, { features: held = NONE }) {
    return common(unwanted, held).map((name) => ({ key, needs: absent(name), has: "it" }));
  },
  narrow: ({ excludedFeatures: unwanted }) => (unwanted === undefined ? {} : { excludedFeatures: unwanted }),
  join(left, right) {
    const known = new Set(left.excludedFeatures?.map(({ name }) => name));
    const added = (right.excludedFeatures ?? NONE).filter(({ name }) => !known.has(name));
    const unwanted = [...(left.excludedFeatures ?? NONE), ...added];
    const contradictions = [
      ...common(left.features, unwanted).map((name) => ({ key, needs: present(name), has: absent(name) })),
      ...common(right.features, unwanted).map((name) => ({ key, needs: absent(name), has: present(name) })),
    ];
    if (contradictions.length > 0) return { ok: false, reasons: contradictions };
    return { ok: true, space: unwanted.length === 0 ? {} : { excludedFeatures: unwanted } };
  },
  implies: ({ excludedFeatures: made }, { excludedFeatures: wanted = NONE }) =>
    common(wanted, made).length === wanted.length,
  choose: () => ({ ok: true, space: {} }),
  identity: ({ excludedFeatures: unwanted = NONE }) => namesIn(unwanted),
  offer: ({ features = NONE }) => namesIn(features),
};

const key = "excluded_features";
const present = (name: string): string => `the feature '${name}'`;
const absent = (name: string): string => `a machine without the feature '${name}'`;

/** Names in both. */
function common(features: readonly FeatureSpace[] = NONE, others: readonly FeatureSpace[] = NONE): readonly string[] {
  return features.map(({ name }) => name).filter((name) => others.some((other) => other.name === name));
}

function missing({ name }: FeatureSpace, held: readonly FeatureSpace[]): Reason {
  const names = held.map((feature) => `'${feature.name}'`).join(", ");
  return { key: "features", needs: `the feature '${name}'`, has: names === "" ? "no features" : `only ${names}` };
}

function settingsMeet(wanted: FeatureSpace, held: FeatureSpace): boolean {
  for (const key in wanted.settings) {
    const found = held.settings[key];
    if (found !== undefined && !checkSet(wanted.settings[key], found)) return false;
  }
  return true;
}

const settingsImply = (made: FeatureSpace, wanted: FeatureSpace): boolean =>
  Object.entries(wanted.settings).every(
    ([key, values]) => made.settings[key]?.every((value) => values.includes(value)) ?? false,
  );

function settingReasons(wanted: FeatureSpace, held: FeatureSpace): readonly Reason[] {
  return Object.entries(wanted.settings).flatMap(([key, values]) => {
    const found = held.settings[key];
    if (found === undefined || checkSet(values, found)) return [];
    const noun = `'${key}' of the feature '${wanted.name}' to be`;
    return [{ key: `features.${wanted.name}.${key}`, needs: `${noun} ${anyOf(values)}`, has: anyOf(found) }];
  });
}

/** The settings of `held`, each cut down to what `wanted` asks where it does. */
function narrowSettings(wanted: FeatureSpace | undefined, held: FeatureSpace): FeatureSpace {
  if (wanted === undefined) return held;
  const settings = { ...wanted.settings, ...held.settings };
  for (const [key, values] of Object.entries(wanted.settings)) {
    const found = held.settings[key];
    settings[key] = (found === undefined ? values : intersectSet(values, found)) ?? values;
  }
  return { name: held.name, settings };
}

/** Each feature that one of them names, once; undefined settings are no constraint. */
function joinFeatures(left: readonly FeatureSpace[], right: readonly FeatureSpace[]): Joined<readonly FeatureSpace[]> {
  const joined = new Map<string, FeatureSpace>();
  const reasons: Reason[] = [];
  for (const feature of [...left, ...right]) {
    const before = joined.get(feature.name);
    if (before !== undefined) reasons.push(...settingReasons(before, feature));
    joined.set(feature.name, before === undefined ? feature : narrowSettings(before, feature));
  }
  return reasons.length > 0 ? { ok: false, reasons } : { ok: true, space: [...joined.values()] };
}

function chooseSettings({ name, settings }: FeatureSpace): FeatureSpace {
  const chosen = Object.entries(settings).flatMap(([key, values]) => {
    const value = pickSet(values, FEATURE_PREFERENCES[key]);
    return value === undefined ? [] : [[key, [value]] as const];
  });
  return { name, settings: Object.fromEntries(chosen) };
}

const namesIn = (features: readonly FeatureSpace[]): string =>
  features.length === 0 ? "" : JSON.stringify(features.map(({ name }) => name).toSorted());

const identityOfFeatures = (features: readonly FeatureSpace[]): string =>
  features.length === 0
    ? ""
    : JSON.stringify(
        features
          .map(({ name, settings }) => [
            name,
            Object.entries(settings)
              .map(([key, values]) => [key, values.toSorted()])
              .toSorted(),
          ])
          .toSorted(),
      );
