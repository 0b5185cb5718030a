import type { SecurityProfile } from "../../../features/security-profile.ts";
import type { ProtectedShape } from "../host/security.ts";

/** How a machine of that shape is protected. */
export const qemuSecurityProfile = ({ hasTpm = false, isSecureBoot = false }: ProtectedShape): SecurityProfile => ({
  featureName: "Security_Profile",
  profile: isSecureBoot ? "secureboot" : "none",
  hasTpm,
});
