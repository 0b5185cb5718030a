import { sh } from "assay";
import { SecurityProfile, securityProfile } from "assay/features";
import { type CaseContext, suite } from "assay/suite";

export default suite("SecurityProfileDemo", {
  area: "demo",
  about: "Cases on protected machines: Secure Boot and a TPM 2.0.",
  requires: { features: [securityProfile({ profile: "secureboot", hasTpm: true })] },
}, ({ test }) => {
  test(
    "verify_secure_boot",
    {
      about: "The firmware starts signed boot loaders alone, and the system it started knows it.",
      priority: 2,
    },
    verifySecureBoot,
  );
  test(
    "verify_measured_boot",
    {
      about: "The kernel has a TPM 2.0 whose registers hold what was measured at boot.",
      priority: 2,
    },
    verifyMeasuredBoot,
  );
});

/** UEFI specification 3.3: one byte after the four of attributes; 1 while the firmware checks signatures. */
const SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

async function verifySecureBoot({ node, expect, log, skip }: CaseContext): Promise<void> {
  expect(
    node.feature(SecurityProfile).profile === "secureboot",
    "The platform gave a machine without Secure Boot to a case that asks for it.",
  );
  const variable = await node.run(["od", "-An", "-t", "u1", SECURE_BOOT], { sudo: true });
  if (variable.exitCode !== 0) skip(`The system does not show the firmware's variables: ${variable.stderr.trim()}`);
  const state = variable.stdout.trim().split(/\s+/).at(-1);
  expect(state === "1", `The firmware's variable SecureBoot is ${state}; 1 means that it checks signatures.`);
  const lockdown = await node.run(["cat", "/sys/kernel/security/lockdown"], { sudo: true });
  log.info(`The kernel's lockdown: ${lockdown.exitCode === 0 ? lockdown.stdout.trim() : "not known to this kernel"}`);
}

/** Firmware, its settings, and boot loader: TCG PC Client Platform Firmware Profile, 3.3.4. */
const REGISTERS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

async function verifyMeasuredBoot({ node, expect, log, skip }: CaseContext): Promise<void> {
  expect(
    node.feature(SecurityProfile).hasTpm,
    "The platform gave a machine without a TPM to a case that asks for one.",
  );
  const { exitCode } = await node.run(["test", "-c", "/dev/tpm0"]);
  expect(exitCode === 0, "There is no device '/dev/tpm0': the kernel found no TPM.");
  const read = await node.run(sh`cd /sys/class/tpm/tpm0/pcr-sha256 && cat ${REGISTERS.map(String)}`, { sudo: true });
  if (read.exitCode !== 0) skip("The kernel shows no registers under /sys/class/tpm; it does since 5.12.");
  const values = read.stdout.trim().split("\n");
  for (const [index, value] of values.entries()) log.info(`PCR ${index}: ${value}`);
  expect(
    values.length === REGISTERS.length && values.every((value) => /^[0-9A-F]{64}$/.test(value)),
    `The TPM's registers 0 to 7 cannot be read: '${read.stdout.trim()}'.`,
  );
  expect(
    values.some((value) => /[^0]/.test(value)),
    "Registers 0 to 7 are all zero: the firmware has measured nothing.",
  );
}
