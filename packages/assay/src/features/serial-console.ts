import { type Feature, featureKey } from "./feature.ts";

/** The node's first serial port. */
export interface SerialConsole extends Feature {
  readonly featureName: "SerialConsole";
  /** Everything the console printed since power-on (for a fork: since the template's power-on). */
  log(): Promise<string>;
  /** Calls `onText` with everything printed from now on, as it comes, until the returned function is called. */
  follow(onText: (text: string) => void): () => void;
  /** Types `text` at the console. */
  write(text: string): Promise<void>;
}
export const SerialConsole = featureKey<SerialConsole>("SerialConsole");
