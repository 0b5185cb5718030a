import type { FeatureSpace, NodeSpace } from "../../runbook/requirement.ts";
import type { ProtectedShape } from "./host/security.ts";

type Protection = Pick<ProtectedShape, "isSecureBoot" | "hasTpm">;

const PROFILES = { none: false, secureboot: true } as const;

/** What a node's own section says of its protection stands above what is said of all machines. */
export function protectionIn(section: Readonly<Record<string, unknown>> = {}, usual: Protection): Protection {
  const { enable_secure_boot: isSecureBoot, tpm: hasTpm } = section;
  return {
    ...usual,
    ...(typeof isSecureBoot === "boolean" && { isSecureBoot }),
    ...(typeof hasTpm === "boolean" && { hasTpm }),
  };
}

/** How a machine is protected that has to have these features; the usual way where that will do. */
export function protectionOf(features: NodeSpace["features"], usual: Protection): Protection {
  let { isSecureBoot = false, hasTpm = false } = usual;
  for (const settings of wantsOf(features)) {
    const profiles = wantedProfiles(settings);
    if (profiles !== undefined && !profiles.includes(isSecureBoot)) isSecureBoot = !isSecureBoot;
    const { tpm } = settings;
    if (tpm !== undefined && !tpm.includes(hasTpm)) hasTpm = !hasTpm;
  }
  // Absent, so that the usual machine's template stays the same.
  return { ...(isSecureBoot && { isSecureBoot }), ...(hasTpm && { hasTpm }) };
}

/** Why no machine of QEMU is protected as these features ask; undefined when some can be. */
export function unknownProtection(features: NodeSpace["features"]): string | undefined {
  for (const settings of wantsOf(features)) {
    const { encrypt_disk: encrypted, security_profile: wanted = [] } = settings;
    if (wantedProfiles(settings)?.length === 0) {
      return `it needs the security profile '${wanted.join("' or '")}': memory that the host cannot read (SEV-SNP, TDX), which machines of the QEMU platform do not have.`;
    }
    if (encrypted !== undefined && !encrypted.includes(false)) {
      return "it needs a system disk that the platform encrypts, which the QEMU platform does not.";
    }
  }
  return undefined;
}

const wantsOf = (features: NodeSpace["features"] = []): readonly FeatureSpace["settings"][] =>
  features.filter(({ name }) => name === "Security_Profile").map(({ settings }) => settings);

/** Whether Secure Boot may be on, may be off; undefined where it does not matter. */
function wantedProfiles({ security_profile: wanted }: FeatureSpace["settings"]): readonly boolean[] | undefined {
  return wanted?.flatMap((name) => (name === "none" || name === "secureboot" ? [PROFILES[name]] : []));
}
