import type { NestedVirtualization, VirtualizationExtension } from "../../../features/nested-virtualization.ts";

/** Of a machine with that extension of its processors; none without. */
export const qemuNesting = (extension: VirtualizationExtension | undefined): readonly NestedVirtualization[] =>
  extension === undefined ? [] : [{ featureName: "NESTED_VIRTUALIZATION", extension }];
