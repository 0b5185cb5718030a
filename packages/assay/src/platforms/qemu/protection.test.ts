import { expect, test } from "vitest";
import { SecurityProfile, securityProfile } from "../../features/security-profile.ts";
import { nodesOf } from "../../plan/case-requirement.ts";
import { protectionIn, protectionOf, unknownProtection } from "./protection.ts";

const wanting = (settings: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>) =>
  nodesOf({ features: [{ ...SecurityProfile, settings }] })[0]?.features;

test.each([
  ["nothing", {}, {}, {}],
  ["no more than there is", { security_profile: "none", tpm: false }, {}, {}],
  ["Secure Boot", { security_profile: "secureboot" }, {}, { isSecureBoot: true }],
  ["a TPM", { tpm: true }, {}, { hasTpm: true }],
  ["either profile, where there is none", { security_profile: ["none", "secureboot"] }, {}, {}],
  [
    "either profile, where there is one",
    { security_profile: ["none", "secureboot"] },
    { isSecureBoot: true },
    { isSecureBoot: true },
  ],
  ["Secure Boot or a confidential machine", { security_profile: ["cvm", "secureboot"] }, {}, { isSecureBoot: true }],
  [
    "nothing, of machines that are protected",
    {},
    { isSecureBoot: true, hasTpm: true },
    { isSecureBoot: true, hasTpm: true },
  ],
  [
    "none, of machines that are protected",
    { security_profile: "none", tpm: false },
    { isSecureBoot: true, hasTpm: true },
    {},
  ],
])("a case that asks for %s", (_, settings, usual, shape) => {
  expect(protectionOf(wanting(settings), usual)).toEqual(shape);
  expect(unknownProtection(wanting(settings))).toBeUndefined();
});

test("what a case says in its own words is the same as in those of the runbook", () => {
  const features = nodesOf({ features: [securityProfile({ profile: "secureboot", hasTpm: true })] })[0]?.features;
  expect(protectionOf(features, {})).toEqual({ isSecureBoot: true, hasTpm: true });
  expect(protectionOf(undefined, {})).toEqual({});
});

test.each([
  [undefined, {}],
  [{ tpm: true }, { hasTpm: true }],
  [{ enable_secure_boot: false, cores: 2 }, { isSecureBoot: false }],
])("the section %j of a node stands above what is said of all", (section, own) => {
  expect(protectionIn(section, { isSecureBoot: true })).toEqual({ isSecureBoot: true, ...own });
});

test.each([
  [{ security_profile: "cvm" }, /'cvm'.*SEV-SNP/],
  [{ security_profile: ["cvm", "stateless"] }, /'cvm' or 'stateless'/],
  [{ encrypt_disk: true }, /a system disk that the platform encrypts/],
])("%j is refused with the reason", (settings, reason) => {
  expect(unknownProtection(wanting(settings))).toMatch(reason);
});
