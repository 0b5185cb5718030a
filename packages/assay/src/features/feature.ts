/** Something a platform can do to a node from outside it, such as reading its serial console. */
export interface Feature {
  readonly featureName: string;
}

/** Typed key of a feature; `name` is the runbook's name for it, such as `SerialConsole`. */
export interface FeatureKey<T extends Feature> {
  readonly name: T["featureName"];
}

/** Makes the key under which platforms register and cases ask for a feature. */
export function featureKey<T extends Feature>(name: T["featureName"]): FeatureKey<T> {
  return { name };
}
