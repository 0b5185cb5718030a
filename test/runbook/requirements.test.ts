import { expect, test } from "vitest";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { unfitReason } from "../../packages/assay/src/plan/predefined.ts";
import { atLeast, between, exactly, suite } from "../../packages/assay/src/suite/index.ts";
import type { CaseRequirement } from "../../packages/assay/src/suite/requirement.ts";
import { loadGood, loadText, short } from "./load-text.ts";

/** What cases of the tables ask for, by name. */
const CASES = {
  plain: {},
  two_nodes: { nodes: 2 },
  four_to_eight: { cores: between(4, 8) },
  exactly_six: { cores: exactly(6) },
  one_gpu: { gpus: exactly(1) },
  disks: { disk: { dataDiskCount: 2, dataDiskType: ["PremiumSSDLRS", "UltraSSDLRS"] } },
  nvme_disk: { disk: { controller: "NVMe" } },
  fast_path: { network: { dataPath: "Sriov", nicCount: atLeast(2) } },
  secure: { features: [{ name: "Security_Profile", settings: { security_profile: ["secureboot", "cvm"] } }] },
  no_gpu_feature: { excludedFeatures: [{ name: "Gpu" }] },
} as const satisfies Readonly<Record<string, CaseRequirement>>;

const suites = [
  suite("Needs", { area: "needs", about: "A suite." }, ({ test: define }) => {
    for (const [name, requires] of Object.entries(CASES)) {
      define(name, { about: "A case.", priority: 1, requires }, async () => {});
    }
  }),
];

async function skipped(text: string): Promise<Record<string, string>> {
  const runbook = await loadGood(`${text}\ntestcase: [{ criteria: { area: needs } }]`);
  const { excluded } = makePlan({ runbook, suites, refuse: unfitReason(runbook) });
  return Object.fromEntries(excluded.map(({ case: each, reason }) => [each.name, reason]));
}

const listed = (...nodes: string[]): string => `platform: [{ type: ready, admin_password: some-password }]
environment:
  environments:
    - name: lab
      nodes:
${nodes.map((capability) => `        - { type: remote, address: a, capability: ${capability} }`).join("\n")}
`;
const made = (requirement: string, more = ""): string =>
  `platform: [{ type: qemu, qemu: { image: x }, requirement: ${requirement}${more} }]`;

/** The cases that are left out on the machines of a runbook. */
test.each<[string, string, readonly (keyof typeof CASES)[]]>([
  [
    "a machine of which nothing is said serves all that ask for numbers",
    listed("{}"),
    ["two_nodes", "disks", "nvme_disk", "fast_path", "secure"],
  ],
  ["a number is that number", listed("{ core_count: 6, disk: {}, network_interface: {} }"), ["two_nodes", "secure"]],
  [
    "a range, a list of ranges and text are read alike",
    listed(
      "{ core_count: [{ max: 3 }, { min: 9, max: 10, max_inclusive: false }, '20'], gpu_count: '1', disk: {}, network_interface: {} }",
    ),
    ["two_nodes", "four_to_eight", "exactly_six", "secure"],
  ],
  [
    "two machines serve what needs two",
    listed("{ core_count: 10, gpu_count: 0 }", "{ core_count: 6, gpu_count: 2 }"),
    ["one_gpu", "disks", "nvme_disk", "fast_path", "secure"],
  ],
  [
    "what a set allows decides, as one value, a list or items",
    listed(
      "{ disk: { data_disk_count: 4, data_disk_type: StandardHDDLRS, disk_controller_type: { items: [SCSI, NVMe] } }, network_interface: { data_path: [Synthetic], nic_count: 2 } }",
    ),
    ["two_nodes", "disks", "fast_path", "secure"],
  ],
  [
    "a set of unwanted values means the others",
    listed(
      "{ disk: { data_disk_count: 4, data_disk_type: { is_allow_set: false, items: [StandardHDDLRS] }, disk_controller_type: { is_allow_set: false, items: [NVMe] } }, network_interface: { nic_count: 2 } }",
    ),
    ["two_nodes", "nvme_disk", "secure"],
  ],
  [
    "features are claimed by name and with settings",
    listed(
      "{ features: [Gpu, { type: Security_Profile, security_profile: [secureboot] }], disk: {}, network_interface: {} }",
    ),
    ["two_nodes", "no_gpu_feature"],
  ],
  [
    "a claimed feature with other settings is not the one",
    listed(
      "{ features: { items: [{ type: Security_Profile, security_profile: none }] }, disk: {}, network_interface: {} }",
    ),
    ["two_nodes", "secure"],
  ],
  [
    "what the platform requires of every machine narrows every case",
    made("{ core_count: { min: 8, max: 16 }, excluded_features: [Security_Profile] }"),
    ["exactly_six", "secure"],
  ],
  [
    "its features are added to those of the case",
    made("{ features: Gpu, disk: { data_disk_type: StandardHDDLRS } }"),
    ["disks", "no_gpu_feature"],
  ],
  [
    "an ignored feature is neither required nor excluded",
    made("{ features: Gpu }", ", ignored_capability: [gpu, security_profile]"),
    [],
  ],
])("%s", async (_, text, expected) => {
  expect(Object.keys(await skipped(text))).toEqual(expected);
});

test("each case left out is told what it needs and what there is", async () => {
  const reasons = await skipped(
    listed("{ core_count: 2, gpu_count: 2, memory_mb: 512, disk: { data_disk_count: 0 }, features: Gpu }"),
  );
  expect(reasons).toEqual({
    two_nodes: "It needs 2 nodes; environment 'lab' has 1 node.",
    four_to_eight: "It needs 4 to 8 processors; environment 'lab' has 2 processors.",
    exactly_six: "It needs 6 processors; environment 'lab' has 2 processors.",
    one_gpu: "It needs 1 graphics processor; environment 'lab' has 2 graphics processors.",
    disks: "It needs 2 or more data disks; environment 'lab' has 0 data disks.",
    fast_path: "It needs network interfaces; environment 'lab' has no known network interfaces.",
    secure: "It needs the feature 'Security_Profile'; environment 'lab' has only 'Gpu'.",
    no_gpu_feature: "It needs a machine without the feature 'Gpu'; environment 'lab' has it.",
  });
});

test.each<[string, string, readonly string[]]>([
  ["the smallest and the largest may be the same", "{ core_count: { min: 2, max: 2 } }", []],
  [
    "but not when the largest is left out",
    "{ core_count: { min: 2, max: 2, max_inclusive: false } }",
    ["S07 The range of 'platform.requirement.core_count' is empty: from 2 to 1."],
  ],
  [
    "the smallest is not above the largest",
    "{ memory_mb: [{ min: 1 }, { min: 3, max: 2 }] }",
    ["S07 The range of 'platform.requirement.memory_mb[1]' is empty: from 3 to 2."],
  ],
])("%s", async (_, requirement, expected) => {
  const { diagnostics } = await loadText(made(requirement));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.map((each) => short(each).replace(/^\S+ /, ""))).toEqual(expected);
});
