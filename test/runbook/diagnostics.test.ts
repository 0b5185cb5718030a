import { expect, test } from "vitest";
import { loadText, short } from "./load-text.ts";

const LOCAL = "platform: [{ type: local }]\n";

/** Name, runbook after a first line with a local platform, and every problem there must be, in order. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["unknown top-level key", "nmae: x", ["2:1 S01 The key 'nmae' is not known in a runbook."]],
  ["a key in the wrong place", "retry: 1", ["2:1 S01 The key 'retry' is not known in a runbook."]],
  ["variable as a key", "$(x): 1", ["2:1 S01 The key '$(x)' is not known in a runbook."]],
  ["wrong type", "name: [a]", ["2:7 S02 'name' must be a text, found a list."]],
  ["boolean trap", "name: on", ["2:7 S02 'name' must be a text, found the boolean true."]],
  ["number trap", "name: 9.10", ["2:7 S02 'name' must be a text, found the number 9.1."]],
  ["date trap", "name: 2020-01-01", ["2:7 S02 'name' must be a text, found the date 2020-01-01."]],
  [
    "concurrency 0",
    "concurrency: 0",
    ["2:14 S04 'concurrency' must be a whole number from 1 to 10000, found the number 0."],
  ],
  ["concurrency text", "concurrency: many", ["2:14 S02 'concurrency' must be a whole number, found the text 'many'."]],
  ["testcase no list", "testcase: {criteria: {}}", ["2:11 S02 'testcase' must be a list, found a mapping."]],
  ["no criteria", "testcase: [{ times: 2 }]", ["2:12 X01 'testcase[0]' has no 'criteria'."]],
  [
    "times 0",
    "testcase: [{ criteria: {}, times: 0 }]",
    ["2:35 S04 'testcase[0].times' must be a whole number from 1 to 10000, found the number 0."],
  ],
  [
    "select_action",
    "testcase: [{ criteria: {}, select_action: Include }]",
    [
      "2:43 S03 'testcase[0].select_action' must be one of 'none', 'include', 'exclude', 'forceInclude', 'forceExclude', found the text 'Include'.",
    ],
  ],
  [
    "priority 9",
    "testcase: [{ criteria: { priority: 9 } }]",
    ["2:36 S04 'testcase[0].criteria.priority' must be a whole number from 0 to 5, found the number 9."],
  ],
  [
    "bad pattern",
    "testcase: [{ criteria: { name: 'a(b' } }]",
    ["2:34 X02 The regular expression 'a(b' is wrong: a '(' is not closed."],
  ],
  [
    "bad maturity",
    "testcase: [{ criteria: { maturity: stabel } }]",
    ["2:36 X06 'testcase[0].criteria.maturity' holds 'stabel', which is no maturity."],
  ],
  [
    "legacy type",
    "testcase: [{ type: legacy, criteria: {} }]",
    ["warning 2:20 N01 Cases of the type 'legacy' are not carried out by this version of assay."],
  ],
  [
    "all undefined variables",
    "name: $(a)-$(b)\ntest_pass: $(c)",
    [
      "2:7 V01 The variable 'a' is not defined.",
      "2:7 V01 The variable 'b' is not defined.",
      "3:12 V01 The variable 'c' is not defined.",
    ],
  ],
  ["undefined in a variable", "variable: [{ name: a, value: $(b) }]", ["2:30 V02 The variable 'b' is not defined."]],
  [
    "variable cycle",
    "variable: [{ name: a, value: $(b) }, { name: b, value: x$(A) }]",
    ["2:30 V03 The variables refer to each other in a circle: a -> b -> a."],
  ],
  ["variable without name", "variable: [{ value: 1 }]", ["2:12 V10 The variable has no name."]],
  [
    "file and name",
    "variable: [{ name: a, file: x.yml }]",
    ["2:29 V04 A variable entry has either 'file', or 'name' and 'value', not both."],
  ],
  ["variable file missing", "variable: [{ file: x.yml }]", ["2:20 V05 The file '/r/x.yml' does not exist."]],
  [
    "unknown mask",
    "variable: [{ name: a, value: b, mask: gid }]",
    ["2:39 V07 'variable.mask' must be one of 'guid', 'headtail', 'url', found the text 'gid'."],
  ],
  [
    "unknown key of a variable",
    "variable: [{ nam: a }]",
    ["2:12 V10 The variable has no name.", "2:14 V08 The key 'nam' is not known in 'variable'."],
  ],
  [
    "list in text",
    "variable: [{ name: a, value: [1] }]\nname: x$(a)",
    ["3:7 V09 The variable 'a' holds a list and cannot stand inside other text."],
  ],
  [
    "dead definition",
    "variable: [{ name: a, value: 1 }, { name: A, value: 2 }]",
    ["warning 2:30 V11 The variable 'A' is defined again below; this value is never used."],
  ],
  [
    "literal secret",
    "variable: [{ name: a, value: hunter2, is_secret: true }]",
    ["warning 2:30 R02 The secret variable 'a' has its value written into the runbook."],
  ],
  ["transformer", "transformer: [{ type: to_list }]", ["2:15 T02 'transformer[0]' has no 'items'."]],
  ["combinator", "combinator: { type: grid }", ["2:13 T02 'combinator' has no 'items'."]],
  ["first failure", "exit_on_first_failure: true", []],
  ["jump box", "dev: { jump_boxes: [{ address: a, private_key_file: b }] }", []],
  [
    "jump box without password",
    "dev: { jump_boxes: [{ address: a }] }",
    ["2:21 S17 'dev.jump_boxes[0]' has neither a password nor a private key."],
  ],
  ["disabled dev", "dev: { enabled: false, jump_boxes: [{ address: a }] }", []],
  ["own suites of LISA", "extension: [../lisa/microsoft/runbook/tiers/../../testsuites/core]", []],
  ["unknown notifier", "notifier: [{ type: htm }]", ["2:20 T01 There is no notifier 'htm'."]],
  [
    "every notifier of LISA",
    "notifier: [{ type: perfevaluation, fail_test_on_performance_failure: true }, { type: azure_usage_counter }, { type: log_agent, azure_openai_endpoint: https://a.example }]",
    [],
  ],
  [
    "another flow of the log agent",
    "notifier: [{ type: log_agent, azure_openai_endpoint: https://a.example, selected_flow: gpt-5 }]",
    [
      "warning 2:88 N01 'notifier[0].selected_flow' (how logs are analysed) is not carried out by this version of assay.",
    ],
  ],
  [
    "unknown key of a notifier",
    "notifier: [{ type: html, pth: x }]",
    ["2:26 T03 The key 'pth' is not known in 'notifier[0]'."],
  ],
  ["notifier without type", "notifier: [{ path: x }]", ["2:12 T02 'notifier[0]' has no 'type'."]],
  ["include missing", "include: [x.yml]", ["2:11 F05 The file '/r/x.yml' does not exist."]],
  [
    "include itself",
    "include: [main.yml]",
    ["2:11 F07 The files include each other in a circle: /r/main.yml -> /r/main.yml."],
  ],
  [
    "include strategy",
    "include: [{ path: other.yml, strategy: { operation: add } }]",
    ["2:30 F08 'strategy' of an include was never carried out by LISA and is not here."],
  ],
  ["include undefined variable", "include: [$(x).yml]", ["2:11 V01 The variable 'x' is not defined."]],
  [
    "duplicate key",
    "name: a\nname: b",
    ["warning 3:1 F04 The key 'name' stands twice in this mapping; the first, at line 2, column 1, has no effect."],
  ],
  [
    "null sections",
    "include:\nvariable:\nextension:\nnotifier:\nenvironment:\ntags:\ndev:\ntestcase:\ntransformer:\ncombinator:",
    [],
  ],
  [
    "python tag",
    "name: !!python/object:os.system x",
    ["2:33 F01 The tag '!!python/object:os.system' is not allowed in a runbook."],
  ],
  ["unknown alias", "name: *x", ["2:7 F01 The alias '*x' names no anchor before it."]],
  ["alias of itself", "tags: &x [*x]", ["2:11 F01 The alias '*x' stands inside the value it names."]],
  ["bare equal sign", "name: =", ["2:7 F01 A bare '=' is not a value in YAML 1.1."]],
];

test.each(CASES)("%s", async (_, text, expected) => {
  const { diagnostics, runbook } = await loadText(LOCAL + text, { files: { "/r/other.yml": "test_pass: x" } });
  expect(diagnostics.map(short)).toEqual(expected);
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
});

/** Whole runbooks: files as such, platforms and environments. */
const WHOLE: readonly (readonly [string, string, readonly string[]])[] = [
  ["empty file", "", ["1:1 F02 '/r/main.yml' is empty."]],
  ["only a comment", "# nothing\n", ["1:1 F02 '/r/main.yml' is empty."]],
  ["list at the root", "- a", ["1:1 F03 A runbook must hold a mapping of keys, found a list."]],
  ["unknown platform", "platform: [{ type: qemuu }]", ["1:20 T01 There is no platform 'qemuu'."]],
  [
    "platform of the field",
    "platform: [{ type: azure, azure: { deploy: true } }]",
    ["warning 1:20 N01 The platform 'azure' is not supported by this version of assay."],
  ],
  [
    "two platforms",
    "platform: [{ type: local }, { type: local }]",
    ["1:29 S13 A runbook has one platform, this one has more."],
  ],
  [
    "platform no list",
    "platform: { type: local }",
    ["1:11 S02 'platform' must be a list with one entry, found a mapping."],
  ],
  [
    "unknown platform key",
    "platform: [{ type: qemu, qemo: {} }]",
    ["1:26 S01 The key 'qemo' is not known in 'platform'."],
  ],
  [
    "section of another platform",
    "platform: [{ type: qemu, azure: {} }]",
    ["1:26 S15 The section 'azure' does not belong to the platform 'qemu'."],
  ],
  [
    "unknown key of a section",
    "platform: [{ type: qemu, qemu: { imag: x } }]",
    ["1:34 S15 The key 'imag' is not known in 'platform.qemu'."],
  ],
  [
    "value of a section",
    "platform: [{ type: qemu, qemu: { firmware_type: efi } }]",
    ["1:49 S03 'platform.qemu.firmware_type' must be one of 'uefi', 'bios', found the text 'efi'."],
  ],
  [
    "key of a section in a requirement",
    "platform: [{ type: qemu, requirement: { qemu: { device_pools: [{ type: pci_net }] } } }]",
    [
      "warning 1:63 N01 'platform.requirement.qemu.device_pools' (devices of the host that guests may get) is not carried out by this version of assay.",
    ],
  ],
  [
    "key of all machines in the section of one",
    "platform: [{ type: qemu }]\nenvironment: { environments: [{ nodes: [{ type: requirement, qemu: { cpu: max, image: x } }] }] }",
    [
      "warning 2:80 N01 'environment.environments[0].nodes[0].qemu.image' is said of one node, and is the same for all.",
    ],
  ],
  [
    "keep_environment",
    "platform: [{ type: local, keep_environment: maybe }]",
    ["1:45 S14 'platform.keep_environment' must be 'no', 'always' or 'failed', found the text 'maybe'."],
  ],
  [
    "empty range",
    "platform: [{ type: qemu, requirement: { core_count: { min: 4, max: 2 } } }]",
    ["1:53 S07 The range of 'platform.requirement.core_count' is empty: from 4 to 2."],
  ],
  [
    "count as text",
    "platform: [{ type: qemu, requirement: { core_count: many } }]",
    [
      "1:53 S06 'platform.requirement.core_count' must be a whole number, a range '{min: 1, max: 4}' or a list of ranges, found the text 'many'.",
    ],
  ],
  ["guests", "platform: [{ type: local, guest_enabled: true }]", ["1:42 T02 'platform.guest_enabled' needs 'guests'."]],
  [
    "ready without nodes",
    "platform: [{ type: ready }]",
    ["warning 1:12 S16 The platform 'ready' needs machines, and 'environment' gives none."],
  ],
  [
    "node without type",
    "environment: { environments: [{ nodes: [{ address: a }] }] }",
    ["1:41 S10 'environment.environments[0].nodes[0]' has no 'type'."],
  ],
  [
    "unknown node type",
    "environment: { environments: [{ nodes: [{ type: remot }] }] }",
    ["1:49 T01 There is no node type 'remot'."],
  ],
  [
    "later node type",
    "environment: { environments: [{ nodes: [{ type: requirement }] }] }",
    ["warning 1:31 N01 The platform 'ready' makes no machines, and this environment asks for some."],
  ],
  [
    "unknown node key",
    "environment: { environments: [{ nodes: [{ type: local, adress: a }] }] }",
    ["1:56 T03 The key 'adress' is not known in 'environment.environments[0].nodes[0]'."],
  ],
  [
    "no nodes",
    "environment: { environments: [{ name: a }] }\nplatform: [{ type: local }]",
    ["1:31 S11 'environment.environments[0]' has no nodes."],
  ],
  [
    "node without address and account",
    "environment: { environments: [{ nodes: [{ type: remote }] }] }",
    [
      "1:41 S16 'environment.environments[0].nodes[0]' has no address.",
      "1:41 S16 'environment.environments[0].nodes[0]' has neither a password nor a private key.",
    ],
  ],
  [
    "port",
    "environment: { environments: [{ nodes: [{ type: remote, address: a, password: abc, port: 70000 }] }] }",
    [
      "warning 1:79 R02 'password' has its secret written into the runbook.",
      "1:90 S04 'environment.environments[0].nodes[0].port' must be a whole number from 1 to 65535, found the number 70000.",
    ],
  ],
  [
    "key file missing",
    "environment: { environments: [{ nodes: [{ type: remote, address: a, private_key_file: /k }] }] }",
    ["warning 1:87 S20 The private key file '/k' cannot be read."],
  ],
];

test.each(WHOLE)("%s", async (_, text, expected) => {
  const { diagnostics, runbook } = await loadText(text);
  expect(diagnostics.map(short)).toEqual(expected);
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
});

test("invalid YAML gives the place and a hint", async () => {
  const { diagnostics } = await loadText("name: [a\ntestcase:\n\t- x");
  expect(diagnostics.every(({ code, severity }) => code === "F01" && severity === "error")).toBe(true);
  expect(diagnostics[0]?.position?.line).toBeGreaterThan(1);
});

test("the nearest name is told", async () => {
  const helps = async (text: string): Promise<string | undefined> =>
    (await loadText(LOCAL + text)).diagnostics[0]?.help;
  expect(await helps("nmae: x")).toBe("Did you mean 'name'?");
  expect(await helps("retry: 1")).toBe("'retry' belongs to 'testcase' or 'environment'.");
  expect(await helps("variable: [{ name: image }]\nname: $(imgae)")).toBe("Did you mean 'image'?");
  expect(await helps("variable: [{ name: image }]\nname: $( image )")).toBe("Did you mean '$(image)'?");
  expect(await helps("name: $(a_$(b))")).toBe("References cannot be nested; build the name in a variable of its own.");
  expect(await helps("name: on")).toBe('YAML 1.1 reads on as the boolean true; quote it: "on".');
  expect(await helps("name: 22_04")).toBe('YAML 1.1 reads 22_04 as the number 2204; quote it: "22_04".');
});

test("--compat only warns where LISA ignores unknown keys", async () => {
  const text = `${LOCAL}notifier: [{ type: html, pth: x }]`;
  expect((await loadText(text)).runbook).toBeUndefined();
  const { runbook, diagnostics } = await loadText(text, { isCompatible: true });
  expect(runbook?.notifiers).toEqual([{ type: "html", settings: {} }]);
  expect(diagnostics.map(short)).toEqual(["warning 2:26 T03 The key 'pth' is not known in 'notifier[0]'."]);
  expect((await loadText(`${LOCAL}nmae: x`, { isCompatible: true })).runbook).toBeUndefined();
});

test("a value tells through which variable and include it came", async () => {
  const { diagnostics } = await loadText("include: [inner.yml]\nvariable: [{ name: n, value: 0 }]", {
    files: { "/r/inner.yml": "platform: [{ type: local }]\nconcurrency: $(n)" },
  });
  expect(diagnostics).toMatchObject([
    {
      position: { file: "/r/inner.yml", line: 2, column: 14 },
      trail: ["variable 'n' set at /r/main.yml:2:30", "included from /r/main.yml:1:11"],
    },
  ]);
  const fromOutside = await loadText(`${LOCAL}concurrency: $(n)`, { variables: ["n:0"] });
  expect(fromOutside.diagnostics[0]?.trail).toEqual(["variable 'n' set by -v on the command line"]);
});

test("arguments that are no variables are told", async () => {
  const { diagnostics } = await loadText(LOCAL, { variables: ["a", "s:b", ":c"] });
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error V06", "error V06"]);
});

test("no message shows a secret", async () => {
  const { diagnostics } = await loadText(`${LOCAL}concurrency: $(p)\nname: [$(p)]`, { variables: ["s:p:hunter2"] });
  expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
  expect(diagnostics).toHaveLength(2);
});

test("a flood of problems is cut, errors first", async () => {
  const { diagnostics } = await loadText(Array.from({ length: 300 }, (_, index) => `key${index}: 1`).join("\n"));
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.at(-1)?.message).toMatch(/more problems are not shown/);
});
