/** Values of the settings of features in the order in which they are preferred, the cheapest first. */
export const FEATURE_PREFERENCES: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  security_profile: ["none", "secureboot", "cvm", "stateless"],
  encrypt_disk: [false, true],
  availability_type: ["none", "availability_set", "availability_zone", "default"],
  host_type: ["BareMetal", "HyperV", "QEMU", "CloudHypervisor"],
  gen: [1, 2],
  arch: ["x64", "Arm64"],
};
