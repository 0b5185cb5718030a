import { expect, test } from "vitest";
import { loadText, short } from "./load-text.ts";

const NODE = (keys: string): string => `environment: { environments: [{ nodes: [{ type: local, ${keys} }] }] }`;
const REQUIREMENT = (keys: string): string => `platform: [{ type: local, requirement: { ${keys} } }]`;
const GUEST = (network: string): string =>
  `platform: [{ type: azure, guests: [{ type: openvmm, disk_img: d, network: { ${network} } }] }]`;

/** Name, runbook, and every problem there must be, in order. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["nothing in a list", "platform: [{ type: local }]\ntags: [~]", ["2:8 S05 'tags[0]' must be a text, found nothing."]],
  [
    "an octal number",
    "platform: [{ type: local }]\nconcurrency: 010",
    ["warning 2:14 R03 'concurrency': YAML 1.1 reads 010 as the number 8."],
  ],
  [
    "a version inside a text",
    "platform: [{ type: local }]\nvariable: [{ name: v, value: 9.10 }, { name: w, value: 12 }]\nname: r-$(v)-$(w)",
    ["warning 3:7 R03 The variable 'v' is written 9.10 and stands here as 9.1."],
  ],
  [
    "minutes and seconds",
    "platform: [{ type: local }]\ntestcase: [{ criteria: {}, timeout: 1:30 }]",
    ["warning 2:37 R03 'testcase[0].timeout': YAML 1.1 reads 1:30 as the number 90."],
  ],
  [
    "a word that is a boolean",
    "platform: [{ type: local }]\ntestcase: [{ criteria: {}, select_action: off }]",
    [
      "2:43 S03 'testcase[0].select_action' must be one of 'none', 'include', 'exclude', 'forceInclude', 'forceExclude', found the boolean false.",
    ],
  ],
  [
    "a count of another kind",
    NODE("capability: { core_count: 2.5 }"),
    [
      "1:82 S06 'environment.environments[0].nodes[0].capability.core_count' must be a whole number, a range '{min: 1, max: 4}' or a list of ranges, found the number 2.5.",
    ],
  ],
  [
    "an exclusive range of one",
    NODE("capability: { core_count: { min: 2, max: 2, max_inclusive: false } }"),
    ["1:82 S07 The range of 'environment.environments[0].nodes[0].capability.core_count' is empty: from 2 to 1."],
  ],
  [
    "a kind of disk",
    NODE("capability: { disk: { os_disk_type: [PremiumSSD] } }"),
    [
      "1:93 S08 'environment.environments[0].nodes[0].capability.disk.os_disk_type[0]' must be one or more of 'StandardHDDLRS', 'StandardSSDLRS', 'Ephemeral', 'PremiumSSDLRS', 'PremiumV2SSDLRS', 'UltraSSDLRS', found the text 'PremiumSSD'.",
    ],
  ],
  [
    "a set that leaves nothing",
    NODE("capability: { disk: { disk_controller_type: { is_allow_set: false, items: [SCSI, NVMe] } } }"),
    ["1:100 S08 'environment.environments[0].nodes[0].capability.disk.disk_controller_type' leaves no value."],
  ],
  [
    "unwanted zones",
    NODE("capability: { features: [{ type: Availability, availability_zones: { is_allow_set: false, items: [1] } }] }"),
    [
      "1:123 S08 'environment.environments[0].nodes[0].capability.features[0].availability_zones' cannot say which numbers are not wanted.",
    ],
  ],
  [
    "a feature",
    REQUIREMENT("features: [serialconsole]"),
    ["1:53 S09 'platform.requirement.features[0]' names the text 'serialconsole', which is no feature."],
  ],
  [
    "a setting of a feature",
    REQUIREMENT("features: [{ type: Architecture, arc: x64 }]"),
    ["1:75 T03 The key 'arc' is not known in 'platform.requirement.features[0]'."],
  ],
  [
    "a feature nobody has",
    "platform: [{ type: local, ignored_capability: Serial }]",
    ["warning 1:47 S09 'platform.ignored_capability' names 'Serial', which is no feature."],
  ],
  [
    "the section of a platform in a requirement",
    REQUIREMENT("azur: {}"),
    ["1:42 T03 The key 'azur' is not known in 'platform.requirement'."],
  ],
  [
    "a key of another platform's machines",
    REQUIREMENT("azure: { vm_sise: big }"),
    ["1:51 S15 The key 'vm_sise' is not known in 'platform.requirement.azure'."],
  ],
  [
    "what no platform here can give",
    REQUIREMENT("gpu_count: 1, disk: { data_disk_count: 2, os_disk_type: Ephemeral }"),
    [
      "warning 1:53 N01 'platform.requirement.gpu_count' is not carried out by this version of assay.",
      "warning 1:98 N01 'platform.requirement.disk.os_disk_type' is not carried out by this version of assay.",
    ],
  ],
  [
    "what is asked of other platforms' machines is told once",
    "platform: [{ type: azure, capture_boot_time: true, requirement: { disk: {}, qemu: { ignition: true } } }]",
    ["warning 1:20 N01 The platform 'azure' is not supported by this version of assay."],
  ],
  [
    "two default nodes",
    "environment: { environments: [{ nodes: [{ type: local, is_default: true }, { type: local, is_default: true }] }] }",
    ["1:76 S12 'environment.environments[0]' has more than one default node."],
  ],
  [
    "two environments of one name",
    "environment: { environments: [{ name: a, nodes: [{ type: local }] }, { name: a, nodes: [{ type: local }] }] }",
    ["1:78 S19 Two environments have this name; the other is at line 1."],
  ],
  [
    "an environment that is switched off asks for nothing",
    `environment: { environments: [{ enabled: false, nodes: [{ type: local }] }] }\nplatform: [{ type: local }]`,
    [],
  ],
  [
    "an environment beside qemu",
    "environment: { warn_as_error: true, environments: [{ nodes: [{ type: local }] }] }\nplatform: [{ type: qemu }]",
    ["1:52 S18 The platform 'qemu' makes its own machines; this environment is not used."],
  ],
  [
    "jump hosts beside qemu",
    "platform: [{ type: qemu }]\ndev: { jump_boxes: [{ address: a, private_key_file: b }] }",
    [
      "warning 2:21 S18 The platform 'qemu' makes its machines here, so that they are not reached through 'dev.jump_boxes'.",
    ],
  ],
  [
    "what traces and does not ask first is as it is",
    "platform: [{ type: local }]\ndev: { enable_trace: true, mock_tcp_ping: true }",
    [],
  ],
  [
    "dirty machines that are not used again",
    "platform: [{ type: ready, ready: { reuse_dirty_env: false } }]\nenvironment: { environments: [{ nodes: [{ type: local }, { type: local }] }] }",
    [],
  ],
  [
    "an environment that qemu makes",
    "environment: { environments: [{ nodes: [{ type: requirement, memory_mb: 1024 }] }] }\nplatform: [{ type: qemu }]",
    [],
  ],
  [
    "a guest as a node",
    "environment: { environments: [{ nodes: [{ type: wsl }] }] }",
    ["1:49 T01 There is no node type 'wsl'."],
  ],
  [
    "a guest that needs a Windows host",
    "platform: [{ type: ready, guest_enabled: true, guests: [{ type: wsl }] }]\nenvironment: { environments: [{ nodes: [{ type: local }] }] }",
    [
      "warning 1:65 N01 'platform.guests[0]' is a guest of type 'wsl', which is not carried out by this version of assay.",
    ],
  ],
  [
    "a guest without its image",
    "platform: [{ type: azure, guests: [{ type: openvmm }] }]",
    [
      "warning 1:20 N01 The platform 'azure' is not supported by this version of assay.",
      "1:36 T02 'platform.guests[0]' has no 'disk_img'.",
    ],
  ],
  [
    "a tap without a name",
    GUEST("mode: tap"),
    [
      "warning 1:20 N01 The platform 'azure' is not supported by this version of assay.",
      "1:75 T02 'platform.guests[0].network.tap_name' is needed with 'mode: tap'.",
    ],
  ],
  [
    "a port that is forwarded nowhere",
    GUEST("forward_ssh_port: true, address_mode: static"),
    [
      "warning 1:20 N01 The platform 'azure' is not supported by this version of assay.",
      "1:75 T02 'platform.guests[0].network.guest_address' is needed with 'address_mode: static'.",
      "1:75 T02 'platform.guests[0].network.forwarded_port' must be a port from 1 to 65535 when one is forwarded.",
      "1:95 T02 'platform.guests[0].network.forward_ssh_port' needs 'mode: tap'.",
    ],
  ],
  [
    "a jump box without an address",
    "platform: [{ type: local }]\ndev: { jump_boxes: [{ private_key_file: b }] }",
    ["2:21 T02 'dev.jump_boxes[0]' has no 'address'."],
  ],
  [
    "a notifier whose type is no text",
    "platform: [{ type: local }]\nnotifier: [{ type: [html] }]",
    ["2:20 S02 'notifier[0].type' must be a text, found a list."],
  ],
];

test.each(CASES)("%s", async (_, text, expected) => {
  const { diagnostics, runbook } = await loadText(text);
  expect(diagnostics.map(short)).toEqual(expected);
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
});

test("a guest among the nodes is told where it belongs", async () => {
  const { diagnostics } = await loadText("environment: { environments: [{ nodes: [{ type: wsl }] }] }");
  expect(diagnostics[0]?.help).toBe("'wsl' belongs to 'platform.guests'. Known are local, remote, requirement.");
});

test("an address or password from an empty variable can be filled in later", async () => {
  const text = `variable: [{ name: a, value: "" }]
environment: { environments: [{ nodes: [{ type: remote, address: $(a), password: $(a) }] }] }`;
  const { diagnostics } = await loadText(text);
  expect(diagnostics.map(({ severity, code, blocksRun }) => [severity, code, blocksRun])).toEqual([
    ["warning", "S16", true],
    ["warning", "S16", true],
  ]);
});

test("kinds that extensions add are read with their keys", async () => {
  const { fields } = await import("../../packages/assay/src/runbook/schema/field.ts");
  const { text } = await import("../../packages/assay/src/runbook/schema/kinds.ts");
  const table = fields({ rack: text("rack of the machine") }).table;
  const load = (keys: string) =>
    loadText(`extension: [./mine]\nplatform: [{ type: lab, lab: { ${keys} }, requirement: { lab: { any: 1 } } }]`, {
      loadExtensions: async () => ({ platform: { lab: table }, notifier: { mail: { to: text("who gets it") } } }),
    });
  const good = await load("rack: r1");
  expect(good.diagnostics.map(short)).toEqual([]);
  expect(good.runbook?.platform).toMatchObject({ type: "lab", section: { rack: "r1" } });
  const bad = await load("rak: r1");
  expect(bad.diagnostics.map(short)).toEqual(["2:32 S15 The key 'rak' is not known in 'platform.lab'."]);
});
