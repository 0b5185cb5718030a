import { type Feature, featureKey } from "./feature.ts";

/** How a machine is protected. Which protection a case wants it says with {@link securityProfile}. */
export interface SecurityProfile extends Feature {
  readonly featureName: "Security_Profile";
  /** `secureboot`: the firmware starts signed boot loaders alone, with the keys of the distributions enrolled. */
  readonly profile: "none" | "secureboot";
  /** The machine has a TPM 2.0, which a fork takes over from its template as it was. */
  readonly hasTpm: boolean;
}
export const SecurityProfile = featureKey<SecurityProfile>("Security_Profile");

/** What a case wants of a machine's protection; what is left out is not asked for. */
export interface WantedSecurity {
  readonly profile?: SecurityProfile["profile"];
  readonly hasTpm?: boolean;
}

/** For `requires.features` of a case: a machine that is protected so. */
export function securityProfile({ hasTpm, profile }: WantedSecurity) {
  const settings = {
    ...(profile === undefined ? {} : { security_profile: profile }),
    ...(hasTpm === undefined ? {} : { tpm: hasTpm }),
  };
  return { ...SecurityProfile, settings };
}
