import { type Feature, featureKey } from "./feature.ts";

/** The machine's display. */
export interface Screenshot extends Feature {
  readonly featureName: "Screenshot";
  /** What it shows now, as a PNG. A case keeps it with `artifact("screen.png", await screenshot.take())`. */
  take(options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
}
export const Screenshot = featureKey<Screenshot>("Screenshot");
