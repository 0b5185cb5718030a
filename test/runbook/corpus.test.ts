import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suites } from "@assay/suites";
import { expect, test } from "vitest";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import { suite } from "../../packages/assay/src/suite/suite.ts";
import { short } from "./load-text.ts";

const corpus = join(import.meta.dirname, "corpus");

/** Cases of the area that LISA's first runbooks ask for. */
const demo = suite("Demo", { area: "demo", about: "Shows what cases look like." }, (cases) => {
  cases.test("verify_hello", { about: "Says hello.", priority: 0 }, async () => {});
  cases.test("verify_twice", { about: "Says it twice.", priority: 1 }, async () => {});
});

const KEY = "admin_private_key_file:package.json";
const SUBSCRIPTION = "subscription_id:01234567-89ab-cdef-0123-456789abcdef";
const SERVICE_PRINCIPAL = [
  "service_principal_tenant_id:01234567-89ab-cdef-0123-456789abcdef",
  "service_principal_client_id:01234567-89ab-cdef-0123-456789abcdef",
  "s:service_principal_key:hunter2",
];
const ENABLED = "enable_tests:true";
const AZURE = "The platform 'azure' is not supported";
const NO_MACHINES = "The platform 'ready' needs machines";
const NO_KEY = "The private key file '<file with a private key>' cannot be read.";
const transformer = (type: string): string => `The transformer '${type}' is not carried out`;

/** LISA's runbooks: file, the variables it needs, and what a run would refuse. */
const PUBLISHED: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["examples/runbook/hello_world.yml", [], []],
  ["examples/runbook/hello_world_azure.yml", [KEY, SUBSCRIPTION, ...SERVICE_PRINCIPAL], [AZURE]],
  ["examples/runbook/hello_world_remote.yml", [], [NO_KEY]],
  ["microsoft/runbook/ai_selected.yml", [SUBSCRIPTION], [AZURE]],
  ["microsoft/runbook/aws.yml", [], ["The platform 'aws' is not supported"]],
  ["microsoft/runbook/azure.yml", [SUBSCRIPTION], [AZURE]],
  ["microsoft/runbook/debug.yml", ["case:verify_hello"], []],
  [
    "microsoft/runbook/examples/git_bisect.yml",
    [SUBSCRIPTION],
    [
      transformer("azure_deploy"),
      transformer("azure_deploy"),
      transformer("azure_vhd"),
      transformer("azure_delete"),
      transformer("azure_delete"),
      AZURE,
    ],
  ],
  ["microsoft/runbook/local.yml", [], []],
  [
    "microsoft/runbook/openvmm/openvmm-azure-smoke.yml",
    ["disk_img_path:/images/guest.img", "uefi_firmware_path:/images/firmware.fd"],
    [transformer("openvmm_installer"), AZURE],
  ],
  ["microsoft/runbook/qemu/CBL-Mariner.yml", [KEY], []],
  ["microsoft/runbook/qemu/flatcar.yml", [KEY], []],
  ["microsoft/runbook/qemu/qemu.yml", [KEY], []],
  ["microsoft/runbook/ready.yml", [KEY, "public_address:192.0.2.1"], []],
  ["microsoft/runbook/tiers/t0.yml", [ENABLED], [NO_MACHINES]],
  ["microsoft/runbook/tiers/t1.yml", [ENABLED], [NO_MACHINES]],
  ["microsoft/runbook/tiers/t2.yml", [ENABLED], [NO_MACHINES]],
  ["microsoft/runbook/tiers/t3.yml", [ENABLED], [NO_MACHINES]],
  ["microsoft/runbook/tiers/t4.yml", [ENABLED], [NO_MACHINES]],
  ["microsoft/runbook/tiers/tdebug.yml", [ENABLED, "case:verify_hello"], [NO_MACHINES]],
  ["microsoft/runbook/tiers/tier.yml", [], [NO_MACHINES]],
];

async function load(file: string, variables: readonly string[]) {
  const { runbook, diagnostics } = await loadRunbook(join(corpus, file), { variables });
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(short);
  const plan = runbook && makePlan({ runbook, suites: [...suites, demo], refuse: () => undefined });
  return { runbook, diagnostics, errors, plan };
}

test.each(PUBLISHED)("%s loads, and selects cases", async (file, variables, blocked) => {
  const { runbook, diagnostics, errors, plan } = await load(file, variables);
  expect(errors).toEqual([]);
  expect(runbook).toBeDefined();
  expect(plan?.entries.length).toBeGreaterThan(0);
  const refused = diagnostics.filter(({ blocksRun }) => blocksRun === true).map(({ message }) => message);
  expect(refused).toEqual(blocked.map((start) => expect.stringContaining(start)));
});

test.each(PUBLISHED.filter(([, variables]) => variables.length > 0))("%s asks for what it needs", async (file) => {
  const { errors } = await load(file, []);
  // Two of openvmm's variables are empty by default, and LISA only finds out when the guest is made.
  if (file.includes("openvmm")) expect(errors).toEqual([]);
  else expect(errors.some((line) => /V01 The variable '\w+' is not defined/.test(line))).toBe(true);
});

const constructs = readdirSync(join(corpus, "constructs")).filter((name) => name.endsWith(".yml"));

test.each(constructs)("the construct of %s loads, and selects cases", async (name) => {
  const { runbook, errors, plan } = await load(join("constructs", name), [KEY]);
  expect(errors).toEqual([]);
  expect(runbook).toBeDefined();
  expect(plan?.entries.length).toBeGreaterThan(0);
});

test("requirements of every form are read", async () => {
  const { runbook } = await load("constructs/requirements.yml", []);
  const [claimed] = runbook?.environment?.environments ?? [];
  expect(claimed?.nodes[0]?.capability).toEqual({
    coreCount: [{ minimum: 16, maximum: 16 }],
    memoryMb: [{ minimum: 1024, maximum: 65_535, choosesLargest: true }],
    gpuCount: [
      { minimum: 0, maximum: 0 },
      { minimum: 2, maximum: 4 },
    ],
    disk: {
      osDiskType: ["StandardSSDLRS", "PremiumSSDLRS"],
      osDiskSize: [{ minimum: 30, maximum: Number.POSITIVE_INFINITY }],
      dataDiskType: ["StandardHDDLRS", "StandardSSDLRS", "Ephemeral", "PremiumSSDLRS"],
      dataDiskCount: [{ minimum: 8, maximum: 8 }],
      dataDiskCaching: "ReadOnly",
      dataDiskIops: [{ minimum: 500, maximum: 500 }],
      dataDiskThroughput: [{ minimum: 60, maximum: 60 }],
      dataDiskSize: [
        { minimum: 32, maximum: 32 },
        { minimum: 64, maximum: 64 },
      ],
      maxDataDiskCount: [{ minimum: 16, maximum: 16 }],
    },
    networkInterface: {
      dataPath: ["Sriov", "Synthetic"],
      nicCount: [{ minimum: 1, maximum: 4 }],
      maxNicCount: [{ minimum: 8, maximum: 8 }],
    },
    features: [
      { name: "SerialConsole", settings: {} },
      { name: "Security_Profile", settings: { security_profile: ["none", "secureboot"], encrypt_disk: [false] } },
      { name: "Architecture", settings: { arch: ["x64"] } },
      { name: "HyperVGeneration", settings: { gen: [1, 2] } },
      { name: "Availability", settings: { availability_type: ["none"], availability_zones: [1, 2] } },
      { name: "Virtualization", settings: { host_type: ["BareMetal", "QEMU"] } },
      { name: "Gpu", settings: {} },
      { name: "Disk", settings: {} },
    ],
  });
  expect(claimed?.nodes[2]?.capability).toEqual({
    features: [{ name: "Resize", settings: {} }],
    excludedFeatures: [{ name: "Gpu", settings: {} }],
  });
  expect(runbook?.platform).toMatchObject({
    ignoredCapability: ["serialconsole"],
    requirement: { memoryMb: [{ minimum: 2048, maximum: 2048 }], features: [{ name: "NetworkInterface" }] },
  });
});

test("machines to make are counted", async () => {
  const { runbook } = await load("constructs/requirement-nodes.yml", []);
  const environments = runbook?.environment?.environments ?? [];
  expect(environments.map(({ name, nodes }) => [name, nodes.length])).toEqual([
    ["pair", 2],
    ["three", 3],
  ]);
  expect(environments[0]?.nodes[1]).toMatchObject({
    type: "requirement",
    requirement: {
      coreCount: [{ minimum: 2, maximum: Number.POSITIVE_INFINITY }],
      platformSections: { azure: { location: "westus3" } },
    },
  });
});

test("settings of the whole run, jump boxes and guests are read", async () => {
  const settings = await load("constructs/case-settings.yml", []);
  expect(settings.runbook).toMatchObject({
    exitOnFirstFailure: false,
    exitWithFailedCount: true,
    waitResourceTimeoutMs: 300_000,
    concurrency: 2,
  });
  const { runbook } = await load("constructs/jump-boxes.yml", [KEY]);
  expect(runbook?.dev?.jumpBoxes).toMatchObject([
    { address: "outer.example.org", port: 2222, inner: { address: "10.0.0.1", port: 22 } },
    { address: "10.0.0.2", port: 22, username: "lisatest", password: "hunter2" },
  ]);
  expect(runbook?.secrets).toContain("hunter2");
  const guests = await load("constructs/guest-wsl.yml", []);
  expect(guests.runbook?.platform.guests).toMatchObject([
    { type: "wsl", name: "inner", settings: { wsl_version: "stable" }, capability: { nodeCount: [{ minimum: 2 }] } },
  ]);
});
