import { expect, test } from "vitest";
import { QEMU_KEYS } from "../../packages/assay/src/platforms/qemu/settings.ts";
import { PLATFORM_SECTIONS } from "../../packages/assay/src/runbook/schema/platform/platforms.ts";
import { loadGood, loadText, short } from "./load-text.ts";

test("a testcase entry is read with all its keys", async () => {
  const { filters } = await loadGood(`platform: [{ type: local }]
testcase:
  - type: lisa
    name: label
    criteria:
      name: [" verify_a ", "x.*"]
      area: core
      category: functional
      priority: [0, '1']
      tags: [one, two]
      maturity: stable, preview
    select_action: forceInclude
    times: '2'
    retry: 1.9
    timeout: 600
    use_new_environment: 'yes'
    ignore_failure: 1
  - enabled: false
  - criteria: { name: "", tags: "" }`);
  expect(filters).toMatchObject([
    {
      position: { line: 3, column: 5 },
      criteriaPositions: {
        name: [
          { line: 6, column: 14 },
          { line: 6, column: 28 },
        ],
      },
      enabled: true,
      name: "label",
      criteria: {
        name: ["verify_a", "x.*"],
        area: ["core"],
        category: ["functional"],
        priority: [0, 1],
        tags: ["one", "two"],
        maturity: ["stable", "preview"],
      },
      selectAction: "forceInclude",
      times: 2,
      retry: 1,
      timeoutMs: 600_000,
      useNewEnvironment: true,
      ignoreFailure: true,
    },
    { enabled: false },
    { criteria: {}, selectAction: "include", times: 1, retry: 0, timeoutMs: 0 },
  ]);
  expect(filters[2]?.criteria).toEqual({});
});

test("without testcase the area 'demo' is selected", async () => {
  for (const text of ["", "testcase:", "testcase: []"]) {
    const { filters } = await loadGood(`platform: [{ type: local }]\n${text}`);
    expect(filters).toMatchObject([{ criteria: { area: ["demo"] }, selectAction: "include" }]);
  }
});

test("the platform's section joins what stands beside it and in the requirement", async () => {
  const { platform } = await loadGood(`platform:
  - type: qemu
    admin_username: tester
    admin_password: ""
    keep_environment: 'yes'
    qemu: { image: debian-12, boot_timeout: 300, cores: 4 }
    requirement:
      core_count: 8
      memory_mb: { min: 2048 }
      qemu: { firmware_type: bios }
      azure: { vm_size: any }`);
  expect(platform).toEqual({
    type: "qemu",
    position: { file: "/r/main.yml", line: 2, column: 5 },
    adminUsername: "tester",
    adminPassword: undefined,
    adminPrivateKeyFile: undefined,
    keepEnvironment: "always",
    section: { image: "debian-12", boot_timeout: 300, cores: 4, memory_mb: 2048, firmware_type: "bios" },
    requirement: {
      coreCount: [{ minimum: 8, maximum: 8 }],
      memoryMb: [{ minimum: 2048, maximum: Number.POSITIVE_INFINITY }],
      platformSections: { qemu: { firmware_type: "bios" }, azure: { vm_size: "any" } },
    },
    capture: {
      azureInformation: false,
      bootTime: false,
      kernelConfig: false,
      vmInformation: true,
      assertKernelErrors: false,
    },
  });
});

test("the runbook knows every key of the qemu platform's own table", () => {
  expect(Object.keys(PLATFORM_SECTIONS.qemu.platform.table)).toEqual(expect.arrayContaining(Object.keys(QEMU_KEYS)));
});

test("remote nodes: addresses, accounts and the default node first", async () => {
  const { platform, readyNodes, secrets } = await loadGood(
    `platform: [{ type: ready, admin_username: boss, admin_password: hunter2 }]
environment:
  environments:
    - name: pair
      nodes:
        - { type: remote, name: a, address: 10.0.0.1, port: 2201, public_address: 1.1.1.1, public_port: 2202 }
        - { type: remote, name: b, address: 10.0.0.2, port: 2203, username: "", is_default: true }
        - { type: remote, name: c, enabled: false }
    - { name: spare, enabled: false }
    - nodes:
        - { type: remote, address: 10.0.0.3, public_address: 1.1.1.3, use_public_address: false, private_key_file: /k, username: u }`,
    { files: { "/k": "key" } },
  );
  expect(platform.type).toBe("ready");
  expect(readyNodes).toEqual([
    [
      { name: "b", address: "10.0.0.2", port: 2203, username: "boss", password: "hunter2", privateKeyFile: undefined },
      {
        name: "a",
        address: "1.1.1.1",
        port: 2202,
        username: "lisatest",
        password: "hunter2",
        privateKeyFile: undefined,
      },
    ],
    [{ name: "", address: "10.0.0.3", port: 22, username: "u", password: "hunter2", privateKeyFile: "/k" }],
  ]);
  expect(secrets).toEqual(["hunter2"]);
});

test("a ready platform with a local node is the local platform, as LISA writes it", async () => {
  const { platform } = await loadGood("name: x\nenvironment: { environments: [{ nodes: [{ type: local }] }] }");
  expect(platform.type).toBe("local");
});

test("another platform can take the place of the runbook's", async () => {
  const text = "platform: [{ type: azure, azure: { deploy: true } }]";
  const { platform } = await loadGood(text, { platform: "local" });
  expect(platform).toMatchObject({ type: "local", section: {} });
  const { diagnostics } = await loadText(text, { platform: "lokal" });
  expect(diagnostics.map(short)).toEqual(["- T01 There is no platform 'lokal'."]);
});

test("notifiers keep their settings, switched-off ones are left out", async () => {
  const { notifiers } = await loadGood(`platform: [{ type: local }]
notifier:
  - { type: console, log_level: INFO, priority: 1 }
  - { type: html, enabled: $(wanted) }
  - { type: junit, path: out.xml, include_subtest: false }
variable: [{ name: wanted, value: false }]`);
  expect(notifiers).toEqual([
    { type: "console", settings: { log_level: "INFO" } },
    { type: "junit", settings: { path: "out.xml", include_subtest: false } },
  ]);
});

test("anchors, aliases and merge keys work as in PyYAML", async () => {
  const { filters } = await loadGood(`platform: [{ type: local }]
testcase:
  - &base { criteria: &c { area: core }, times: 2, retry: 1 }
  - { <<: *base, times: 3 }
  - { <<: [{ times: 4 }, *base], criteria: *c }`);
  expect(filters.map(({ times, retry, criteria }) => [times, retry, criteria.area])).toEqual([
    [2, 1, ["core"]],
    [3, 1, ["core"]],
    [4, 1, ["core"]],
  ]);
});
