import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import { Problems } from "../../packages/assay/src/runbook/problems.ts";
import { runbookSchema } from "../../packages/assay/src/runbook/schema/runbook-schema.ts";
import type { Diagnostic } from "../../packages/assay/src/runbook/types.ts";
import { type PlainValue, toPlain } from "../../packages/assay/src/runbook/value.ts";
import { loadYamlParser } from "../../packages/assay/src/runbook/yaml/parse.ts";
import { short } from "./load-text.ts";

const root = join(import.meta.dirname, "../..");
const schema = runbookSchema();
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const isValid = new Ajv2020({ strict: true }).compile(schema);
const parse = await loadYamlParser();

/** What is wrong by the schema, as lines; empty when nothing is. */
function invalid(data: unknown): readonly string[] {
  return validate(data) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

const plainOf = (file: string): PlainValue => {
  const value = parse(file, readFileSync(join(root, file), "utf8"), new Problems());
  if (value === undefined) throw new Error(`'${file}' is no YAML.`);
  return JSON.parse(JSON.stringify(toPlain(value)));
};

/** Every runbook of the repository. */
const files = ["runbooks", "test/runbook/corpus"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yml") && !name.includes("values/"))
    .map((name) => join(folder, name)),
);

test.each(files)("%s is what the schema says", (file) => {
  expect(invalid(plainOf(file))).toEqual([]);
});

test("the examples of the documentation are what the schema says", () => {
  const page = readFileSync(join(root, "docs/runbook.md"), "utf8");
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, example]) => example ?? "");
  expect(examples.length).toBeGreaterThan(3);
  for (const example of examples) {
    const value = parse("docs/runbook.md", example, new Problems());
    expect(value === undefined ? ["no YAML"] : invalid(JSON.parse(JSON.stringify(toPlain(value))))).toEqual([]);
  }
});

const VARIABLES = [
  "admin_private_key_file:package.json",
  "subscription_id:01234567-89ab-cdef-0123-456789abcdef",
  "service_principal_tenant_id:01234567-89ab-cdef-0123-456789abcdef",
  "service_principal_client_id:01234567-89ab-cdef-0123-456789abcdef",
  "s:service_principal_key:hunter2",
  "enable_tests:true",
  "case:verify_hello",
  "public_address:192.0.2.1",
  "address:192.0.2.1",
  "user:tester",
  "disk_img_path:/images/guest.img",
  "uefi_firmware_path:/images/firmware.fd",
];

/** Errors about what other keys, files or variables say, and about texts of a language, which a schema cannot know. */
const ELSEWHERE = /^(?:V\d+|F\d+|C02|T05|T08|S07|S11|S16|S19|X02)$/;

/** What the loader finds in `data` standing in the place of `file`. */
async function loaded(data: unknown, file: string): Promise<readonly Diagnostic[]> {
  const path = join(root, file);
  const text = JSON.stringify(data);
  const { diagnostics } = await loadRunbook(path, {
    variables: VARIABLES,
    readText: async (wanted) => (wanted === path ? text : readFileSync(wanted, "utf8")),
  });
  return diagnostics.filter(({ severity }) => severity === "error");
}

type Path = readonly (string | number)[];

/** Every way to put one wrong key or value into `value`: what stands where afterwards. */
function* slips(value: PlainValue, path: Path = []): Generator<readonly [Path, PlainValue]> {
  if (typeof value !== "object" || value === null) {
    yield [path, { no_such_key: 1 }];
    yield [path, [[1]]];
    if (typeof value === "string" && !value.includes("$(")) {
      yield [path, 7];
      yield [path, true];
    }
    if (typeof value === "number") yield [path, -1];
    yield [path, "no such word"];
  } else if (Array.isArray(value)) {
    yield [path, { no_such_key: 1 }];
    for (const [index, held] of value.entries()) yield* slips(held, [...path, index]);
  } else {
    if (path.length > 0) yield [path, 5];
    if (path.length > 0) yield [path, "no such word"];
    yield [[...path, "no_such_key"], 1];
    for (const [key, held] of Object.entries(value)) yield* slips(held, [...path, key]);
  }
}

function withSlip(value: PlainValue, [head, ...rest]: Path, slip: PlainValue): PlainValue {
  if (head === undefined) return slip;
  if (Array.isArray(value)) return value.map((held, index) => (index === head ? withSlip(held, rest, slip) : held));
  const held = typeof value === "object" && value !== null ? (value as Readonly<Record<string, PlainValue>>) : {};
  return { ...held, [head]: withSlip(held[head] ?? null, rest, slip) };
}

/** What a variable holds is right or wrong where it is used. */
const isOfVariable = (path: Path): boolean => path[0] === "variable" && path[2] === "value";

test.each(files)("schema and loader agree about every slip in %s", async (file) => {
  const data = plainOf(file);
  const disagreements: string[] = [];
  let agreed = 0;
  for (const [path, slip] of slips(data)) {
    if (isOfVariable(path)) continue;
    const changed = withSlip(data, path, slip);
    const errors = await loaded(changed, file);
    const isKnownToSchema = errors.some(({ code }) => !ELSEWHERE.test(code));
    if (isValid(changed) ? !isKnownToSchema : errors.length > 0) agreed += 1;
    else disagreements.push(`${path.join(".")}: ${JSON.stringify(slip)} ${errors.map(short).join(" ")}`);
  }
  expect(disagreements).toEqual([]);
  expect(agreed).toBeGreaterThan(5);
});

/** Single values as they may stand in a runbook, and whether they are right. */
const VALUES: readonly (readonly [string, boolean])[] = [
  ["concurrency: '3'", true],
  ["concurrency: 2.7", true],
  ["concurrency: $(n)", true],
  ["concurrency: 0", false],
  ["concurrency: three", false],
  ["exit_on_first_failure: 'YES'", true],
  ["exit_on_first_failure: 0", true],
  ["exit_on_first_failure: 2", false],
  ["exit_on_first_failure: maybe", false],
  ["tags: one", true],
  ["tags: [one, 2]", false],
  ["dev:", true],
  ["dev: { enable_trace: $(flag) }", true],
  ["platform: [{ keep_environment: yes }]", true],
  ["platform: [{ keep_environment: 'yes' }]", true],
  ["platform: [{ keep_environment: sometimes }]", false],
  ["platform: [{ type: aws, azure: {} }]", false],
  ["platform: [{ type: qemu }, { type: qemu }]", false],
  ["platform: [{ type: $(platform) }]", true],
  ["platform: [{ requirement: { core_count: [1, '2', { min: 4 }] } }]", true],
  ["platform: [{ requirement: { core_count: many } }]", false],
  ["platform: [{ requirement: { core_count: { minimum: 4 } } }]", false],
  ["platform: [{ requirement: { disk: { os_disk_type: PremiumSSDLRS } } }]", true],
  ["platform: [{ requirement: { disk: { os_disk_type: Premium } } }]", false],
  ["platform: [{ requirement: { disk: { data_disk_type: '' } } }]", true],
  ["platform: [{ requirement: { disk: { os_disk_type: '' } } }]", false],
  ["platform: [{ requirement: { features: [Nvme, { type: Architecture, arch: x64 }] } }]", true],
  ["platform: [{ requirement: { features: Nvmee } }]", false],
  ["platform: [{ requirement: { features: { is_allow_set: true, items: [Nvme] } } }]", true],
  ["platform: [{ requirement: { azur: {} } }]", false],
  ["platform: [{ requirement: { azure: { vm_sise: big } } }]", false],
  ["testcase: [{ criteria: { priority: [0, '1'] } }]", true],
  ["testcase: [{ criteria: { priority: 9 } }]", false],
  ["testcase: [{ criteria: { maturity: 'stable, preview' } }]", true],
  ["testcase: [{ criteria: { maturity: stabel } }]", false],
  ["testcase: [{ criteria: {}, select_action: Include }]", false],
  ["testcase: [{ criteria: {}, times: 0 }]", false],
  ["testcase: [{ type: legacy, criteria: {}, times: 2 }]", false],
  ["environment: { environments: [{ nodes: [{ type: remot, address: a }] }] }", false],
  ["environment: { environments: [{ nodes: [{ address: a }] }] }", false],
  ["environment: { environments: [{ nodes: [{ type: local, adress: a }] }] }", false],
  ["environment: { environments: [{ topology: star, nodes: [{ type: local }] }] }", false],
  ["notifier: [{ type: htm }]", false],
  ["notifier: [{ path: x }]", false],
  ["transformer: [{ type: to_list, items: { a: b }, phase: later }]", false],
  ["transformer: [{ type: to_list }]", false],
  ["combinator: { type: grid, items: [{ name: a, values: [1] }] }", false],
  ["include: [{ path: a.yml, strategy: { operation: add } }]", false],
  ["variable: [{ nam: a }]", false],
  ["nmae: x", false],
];

test.each(VALUES)("schema and loader agree about %s", async (text, isRight) => {
  const known = "variable: [{ name: n, value: 1 }, { name: flag, value: true }, { name: platform, value: ready }]\n";
  const value = parse("x.yml", text.startsWith("variable") ? text : known + text, new Problems());
  const data: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(toPlain(value)));
  expect(invalid(data).length === 0).toBe(isRight);
  const { diagnostics } = await loadRunbook("/r/x.yml", { readText: async () => JSON.stringify(data) });
  const errors = diagnostics.filter(({ severity, code }) => severity === "error" && code !== "F05" && code !== "F07");
  expect(errors.length === 0).toBe(isRight);
});

test("every key tells what it is for", () => {
  const silent = Object.entries(schema.$defs ?? {}).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, { description = "", const: kind }]) => description === "" && kind === undefined)
      .map(([key]) => `${name}.${key}`),
  );
  expect(silent).toEqual([]);
});

test("'assay schema' prints the schema that stands in the repository", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, "packages/assay/src/cli/main.ts"),
    "schema",
  ]);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(schema)));
  expect(readFileSync(join(root, "schemas/runbook.schema.json"), "utf8")).toBe(stdout);
});
