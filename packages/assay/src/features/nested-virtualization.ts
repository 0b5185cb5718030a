import { type Feature, featureKey } from "./feature.ts";

/** What processors have for virtual machines, by the name that /proc/cpuinfo gives it: `svm` of AMD, `vmx` of Intel. */
export type VirtualizationExtension = "svm" | "vmx";

/** The machine can run virtual machines of its own: its kernel finds the processors' extension for that. */
export interface NestedVirtualization extends Feature {
  readonly featureName: "NESTED_VIRTUALIZATION";
  readonly extension: VirtualizationExtension;
}
export const NestedVirtualization = featureKey<NestedVirtualization>("NESTED_VIRTUALIZATION");
