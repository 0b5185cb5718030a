import fc from "fast-check";
import {
  type CountSpace,
  DATA_PATHS,
  DISK_CACHING,
  DISK_CONTROLLERS,
  DISK_TYPES,
  type FeatureSpace,
  type NodeSpace,
} from "../runbook/requirement.ts";

/** Small numbers, so that ranges meet, touch and miss each other about equally often. */
const range = fc
  .record({
    minimum: fc.nat(9),
    width: fc.oneof(fc.constant(0), fc.nat(4), fc.constant(Number.POSITIVE_INFINITY)),
    choosesLargest: fc.option(fc.boolean(), { nil: undefined, freq: 5 }),
  })
  .map(({ minimum, width, choosesLargest }) => ({
    minimum,
    maximum: minimum + width,
    ...(choosesLargest !== undefined && { choosesLargest }),
  }));

export const countSpaces: fc.Arbitrary<CountSpace> = fc.array(range, { minLength: 1, maxLength: 3 });

const setOf = <T extends string | number | boolean>(values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...values], { minLength: 1 });

const features: fc.Arbitrary<readonly FeatureSpace[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("Nvme", "Nfs", "Security_Profile"),
    settings: fc.record(
      { security_profile: setOf(["none", "secureboot", "cvm"]), gen: setOf([1, 2]) },
      { requiredKeys: [] },
    ),
  }),
  { selector: ({ name }) => name, maxLength: 2 },
);

/** Requirements and capabilities of one node. */
export const nodeSpaces: fc.Arbitrary<NodeSpace> = fc.record(
  {
    coreCount: countSpaces,
    memoryMb: countSpaces,
    gpuCount: countSpaces,
    disk: fc.record(
      {
        osDiskType: setOf(DISK_TYPES),
        dataDiskCount: countSpaces,
        dataDiskCaching: fc.constantFrom(...DISK_CACHING),
        dataDiskSize: countSpaces,
        controller: setOf(DISK_CONTROLLERS),
      },
      { requiredKeys: [] },
    ),
    networkInterface: fc.record({ dataPath: setOf(DATA_PATHS), nicCount: countSpaces }, { requiredKeys: [] }),
    features,
    excludedFeatures: features,
  },
  { requiredKeys: [] },
);
