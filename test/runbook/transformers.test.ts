import { expect, test } from "vitest";
import { loadGood, loadText, short } from "./load-text.ts";

const local = "platform: [{ type: local }]\n";
const diagnosed = async (text: string, isCompatible = false) =>
  (await loadText(local + text, { isCompatible })).diagnostics.map(short);

test("an entry is read with its defaults and the keys of its type", async () => {
  const { transformers } = await loadGood(`${local}transformer:
  - type: to_list
    name: parts
    items: { images: "a, b" }
  - type: script_file
    phase: environment_connected
    depends_on: [parts]
    scripts:
      - script: /tmp/a.sh
      - { script: /tmp/b.sh, args: "-x 1", expected_exit_code: null }
    reboot: 'yes'`);
  expect(transformers).toMatchObject([
    {
      type: "to_list",
      name: "parts",
      prefix: "parts",
      dependsOn: [],
      rename: {},
      enabled: true,
      phase: "init",
      inputs: { items: { images: "a, b" } },
    },
    {
      type: "script_file",
      name: "script_file",
      prefix: "script_file",
      dependsOn: ["parts"],
      dependencyPositions: [{ line: 8, column: 18 }],
      phase: "environment_connected",
      inputs: {
        scripts: [
          { script: "/tmp/a.sh", expected_exit_code: 0 },
          { script: "/tmp/b.sh", args: "-x 1", expected_exit_code: null },
        ],
        reboot: true,
      },
    },
  ]);
});

test("a kernel installer is read with its source, location and changes", async () => {
  const { transformers } = await loadGood(`${local}transformer:
  - type: kernel_installer
    connection: { address: 127.0.0.1, password: secretly, port: '2222' }
    installer:
      type: source
      location: { type: repo, path: /mnt/code, ref: 6.10, auth_token: tokentoken }
      modifier:
        - { type: patch, repo: https://x/y, file_pattern: "*.patch" }
        - { type: b4_patch, message_id: a@b }`);
  expect(transformers?.[0]?.inputs).toMatchObject({
    connection: { address: "127.0.0.1", port: 2222 },
    installer: {
      type: "source",
      location: { type: "repo", path: "/mnt/code", ref: "6.10" },
      modifier: [{ type: "patch" }, { type: "b4_patch", message_id: "a@b" }],
    },
  });
});

test("passwords and tokens of transformers are secret", async () => {
  const { secrets } = await loadGood(`${local}transformer:
  - type: kernel_installer
    connection: { address: 127.0.0.1, password: secretly }
    installer: { type: source, location: { type: repo, auth_token: tokentoken } }`);
  expect(secrets).toEqual(["secretly", "tokentoken"]);
});

test.each<[string, string, readonly string[]]>([
  ["an unknown type", "transformer: [{ type: to_lst }]", ["2:23 T01 There is no type 'to_lst' for 'transformer[0]'."]],
  ["no type", "transformer: [{ name: a }]", ["2:15 T02 'transformer[0]' has no 'type'."]],
  ["no list", "transformer: { type: to_list }", ["2:14 S02 'transformer' must be a list, found a mapping."]],
  ["a missing key", "transformer: [{ type: to_list }]", ["2:15 T02 'transformer[0]' has no 'items'."]],
  [
    "an unknown key",
    "transformer: [{ type: dump_variables, variabels: [a] }]",
    ["2:39 T03 The key 'variabels' is not known in 'transformer[0]'."],
  ],
  [
    "no connection",
    "transformer: [{ type: upgrade, installer: { type: full_upgrade } }]",
    ["2:15 T07 'transformer[0]' (upgrade) has no 'connection'."],
  ],
  [
    "a rename of nothing",
    "transformer: [{ type: to_list, items: { a: b }, rename: { to_list_b: x } }]",
    ["2:59 T05 'transformer[0]' has no output 'to_list_b' to rename."],
  ],
  [
    "a name twice",
    "transformer: [{ type: dump_variables, name: d }, { type: dump_variables, name: d }]",
    ["warning 2:80 T06 More than one transformer is called 'd'; all of them run."],
  ],
  [
    "a parameter a boot loader would expand",
    "transformer: [{ type: host_kernel_boot_parameters, phase: environment_connected, parameters: 'a=$(x)' }]".replace(
      "$(x)",
      "`x`",
    ),
    ["2:94 S02 'transformer[0].parameters' must be words 'name=value' separated by blanks, found the text 'a=`x`'."],
  ],
  [
    "an unknown way to install a kernel",
    "transformer: [{ type: kernel_installer, phase: environment_connected, installer: { type: sorce } }]",
    ["2:90 T01 There is no type 'sorce' for 'transformer[0].installer'."],
  ],
  [
    "an expression that is none",
    "transformer: [{ type: script, scripts: [{ name: x, script: '1 + (2' }] }]",
    [
      "2:60 T08 'transformer[0].scripts[0].script' is no expression. Here must be ',', the expression ends. (line 1, column 7)\n  1 + (2\n        ^",
    ],
  ],
  [
    "a phase that is none",
    "transformer: [{ type: dump_variables, phase: cleanups }]",
    [
      "2:46 S03 'transformer[0].phase' must be one of 'init', 'expanded', 'environment_connected', 'expanded_cleanup', 'cleanup', found the text 'cleanups'.",
    ],
  ],
  [
    "a type that needs a cloud",
    "transformer: [{ type: azure_delete, resource_group_name: a }]",
    [
      "warning 2:23 N01 The transformer 'azure_delete' is not carried out by this version of assay: it needs the platform 'azure'.",
    ],
  ],
  ["a cloud that is switched off", "transformer: [{ type: azure_delete, resource_group_name: a, enabled: false }]", []],
])("%s", async (_name, text, wanted) => {
  expect(await diagnosed(text)).toEqual(wanted);
});

test("with --compat an unknown key is a warning", async () => {
  expect(await diagnosed("transformer: [{ type: dump_variables, variabels: [a] }]", true)).toEqual([
    "warning 2:39 T03 The key 'variabels' is not known in 'transformer[0]'.",
  ]);
});
