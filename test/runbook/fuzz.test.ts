import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeMask } from "../../packages/assay/src/events/mask.ts";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { unfitReason } from "../../packages/assay/src/plan/predefined.ts";
import { formatDiagnostic } from "../../packages/assay/src/runbook/diagnostics.ts";
import { Problems } from "../../packages/assay/src/runbook/problems.ts";
import type { LoadedRunbook } from "../../packages/assay/src/runbook/types.ts";
import { toPlain } from "../../packages/assay/src/runbook/value.ts";
import { loadYamlParser } from "../../packages/assay/src/runbook/yaml/parse.ts";
import { suite } from "../../packages/assay/src/suite/index.ts";
import { hostileInputs } from "./hostile-inputs.ts";
import { loadText } from "./load-text.ts";

/** The same inputs each time; a longer search takes `ASSAY_FUZZ_SEED` and `ASSAY_FUZZ_RUNS`. Failures print the seed. */
const SEED = Number(process.env.ASSAY_FUZZ_SEED ?? 1);
const RUNS = Number(process.env.ASSAY_FUZZ_RUNS ?? 400);

const suites = [
  suite("Core", { area: "core", about: "A suite." }, ({ test: define }) => {
    define("smoke_test", { about: "A case.", priority: 0, requires: { cores: 2 } }, async () => {});
    define("verify_more", { about: "A case.", priority: 3, tags: ["slow"] }, async () => {});
  }),
];

/** Codes of problems that are about no place in a file: the number of problems left out, values from outside. */
const WITHOUT_PLACE: ReadonlySet<string> = new Set(["F10", "V09"]);

/** What holds for every load of any text. */
function expectSound({ runbook, diagnostics, sources }: LoadedRunbook): void {
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  for (const diagnostic of diagnostics) {
    const { position, code, message, help } = diagnostic;
    expect(message, code).toMatch(/^[A-Z0-9'`"].*[.?!]$/s);
    if (help !== undefined) expect(help, code).toMatch(/[.?!}{\][]$/);
    const source = position === undefined ? undefined : sources.get(position.file);
    if (position === undefined) expect(WITHOUT_PLACE).toContain(code);
    else {
      expect(source, `${code} ${message}`).toBeDefined();
      expect(position.line).toBeGreaterThanOrEqual(1);
      expect(position.column).toBeGreaterThanOrEqual(1);
      // One line more than the text: an end that is missed is missed there.
      expect(position.line).toBeLessThanOrEqual((source ?? "").split("\n").length + 1);
    }
    expect(formatDiagnostic(diagnostic, source, { color: false })).toContain(code);
  }
  if (runbook !== undefined) {
    const plan = makePlan({ runbook, suites, refuse: unfitReason(runbook) });
    expect(plan.diagnostics.every(({ message }) => message.endsWith(".") || message.endsWith("?"))).toBe(true);
  }
}

test.each(Array.from(hostileInputs(20_000), (input) => [input.name, input] as const))(
  "%s: refused or read, with a place for every problem",
  async (_, { text, files = {}, variables = [] }) => {
    expectSound(await loadText(text, { files, variables }));
  },
);

/** Every runbook of this repository: those it ships, and those with the constructs of the field. */
const written = ["../../runbooks/", "corpus/"].flatMap((path) => {
  const folder = new URL(path, import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yml"));
  return names.map((name) => readFileSync(new URL(name, folder), "utf8"));
});

/** A runbook with every section, as a start for changes. */
const EVERYTHING = `name: everything
include: [part.yml, { path: "$(part).yml" }]
test_project: p
tags: [a, b]
concurrency: 2
variable:
  - { name: part, value: part }
  - { name: size, value: 4, is_case_visible: true }
  - { name: token, value: hunter2-and-more, is_secret: true, mask: headtail }
  - { name: list, value: [1, $(size), { k: "x$(size)" }] }
  - { name: more, value: [$(list)] }
platform:
  - type: ready
    admin_username: root
    admin_password: $(token)
    keep_environment: failed
    requirement: &requirement
      core_count: { min: 2, max: $(size) }
      memory_mb: [512, { min: 1024, max: 4096, max_inclusive: false }]
      disk: { data_disk_count: 1, data_disk_type: [PremiumSSDLRS, UltraSSDLRS] }
      network_interface: { nic_count: { min: 1 }, data_path: Sriov }
      features: { is_allow_set: true, items: [Nvme, { type: Security_Profile, security_profile: secureboot }] }
      excluded_features: [Gpu]
environment:
  retry: 1
  environments:
    - name: one
      nodes:
        - { type: remote, name: a, address: 10.0.0.1, username: u, is_default: true, capability: *requirement }
        - type: requirement
          node_count: 2
          <<: { core_count: 4 }
testcase:
  - criteria: { name: [smoke.*, "verify_(more|less)"], priority: [0, 1], area: core, tags: slow }
    select_action: include
    times: 2
    retry: 1
    timeout: 60
  - { criteria: {}, select_action: forceExclude, enabled: false }
transformer:
  - { type: to_list, name: t, prefix: o, items: { k: v }, phase: expanded, rename: { o_k: r } }
  - { type: dump_variables, depends_on: [t] }
combinator:
  type: grid
  items:
    - { name: size, value: [2, 4] }
    - { name: list, value: [[1], [2]] }
notifier:
  - { type: html, path: r.html }
  - type: console
dev: { enable_trace: true }
`;
const seeds = [EVERYTHING, ...written];

const spice = fc.oneof(
  fc.constantFrom(
    ..."$( ) $(size) $(x { } [ ] , : - | > & * <<: *requirement ? ! !!int % # ' \" ~ null true 0 -1 4 1e999 .nan 010 1:30 on".split(
      " ",
    ),
    "\n",
    "\n  ",
    "\t",
    ": ",
    "- ",
    "  - ",
    "---\n",
    "...\n",
    "\u0000",
    "\ufeff",
    "\ud800",
    "é",
    "\r",
    "name: ",
    "type: ",
    "value: ",
    "min: ",
    "(a+)+$",
    "[[:x",
    "(?<n>",
    "../../..",
    "/dev/null",
  ),
  fc.integer().map(String),
  fc.constantFrom(...EVERYTHING.split(/[^\w.]+/).filter((word) => word !== "")),
);

/** Places as parts of the text, so that they shrink and mean the same for texts of every length. */
const place = fc.double({ min: 0, max: 1, noNaN: true });
const change = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), at: place, text: spice }),
  fc.record({ kind: fc.constant("delete" as const), at: place, length: fc.nat(30) }),
  fc.record({ kind: fc.constant("repeat" as const), at: place, length: fc.nat(60) }),
  fc.record({ kind: fc.constant("replace word" as const), at: place, text: spice }),
  fc.record({ kind: fc.constant("indent line" as const), at: place, by: fc.constantFrom("  ", " ", "\t") }),
  fc.record({ kind: fc.constant("swap lines" as const), at: place, other: place }),
  fc.record({ kind: fc.constant("drop line" as const), at: place }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(text: string, edit: Change): string {
  const at = Math.floor(edit.at * text.length);
  const lines = text.split("\n");
  const row = Math.min(lines.length - 1, Math.floor(edit.at * lines.length));
  switch (edit.kind) {
    case "insert":
      return text.slice(0, at) + edit.text + text.slice(at);
    case "delete":
      return text.slice(0, at) + text.slice(at + edit.length);
    case "repeat":
      return text.slice(0, at + edit.length) + text.slice(at);
    case "replace word": {
      const word = /\w+/g;
      word.lastIndex = at;
      const found = word.exec(text);
      return found === null ? text : text.slice(0, found.index) + edit.text + text.slice(word.lastIndex);
    }
    case "indent line":
      return lines.with(row, edit.by + lines[row]).join("\n");
    case "swap lines": {
      const other = Math.min(lines.length - 1, Math.floor(edit.other * lines.length));
      return lines
        .with(row, lines[other] ?? "")
        .with(other, lines[row] ?? "")
        .join("\n");
    }
    case "drop line":
      return lines.toSpliced(row, 1).join("\n");
  }
}

test("a runbook with every section is read, whatever is changed in it", async () => {
  const whole = await loadText(EVERYTHING, { files: { "/r/part.yml": "tags: [c]" } });
  expect(whole.runbook).toBeDefined();
  expectSound(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constant(EVERYTHING), fc.constantFrom(...seeds)),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.array(change, { maxLength: 2 }),
      async (start, edits, more) => {
        const text = edits.reduce(apply, start);
        const part = more.reduce(apply, "tags: [c]\nvariable: [{ name: size, value: 1 }]\n");
        expectSound(await loadText(text, { files: { "/r/part.yml": part } }));
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  1e20,
  0.5,
  "",
  "x",
  "$(size)",
  "$(list)",
  "$(unknown)",
  [],
  [null],
  [[{}]],
  {},
  { a: { b: [1] } },
  { type: "x", name: "x", value: "x" },
];

/** Ways to each value below `value`, the outer before the inner. */
const pathsIn = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, held]) => [[...path, key], ...pathsIn(held, [...path, key])])
    : [];

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === key ? replaced(item, rest, by) : item));
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, held]) => [name, name === key ? replaced(held, rest, by) : held]),
  );
}

test("any value of a runbook may be of any other kind", async () => {
  const parse = await loadYamlParser();
  const read = parse("whole.yml", EVERYTHING, new Problems());
  const whole: unknown = read && toPlain(read);
  const paths = pathsIn(whole);
  expect(paths.length).toBeGreaterThan(150);
  for (const [index, path] of paths.entries()) {
    // A third of them at each place: all would take half a minute, and neighbours get the others.
    for (const odd of ODD.filter((_, at) => (at + index) % 3 === 0)) {
      const text = JSON.stringify(replaced(whole, path, odd));
      expectSound(await loadText(text, { files: { "/r/part.yml": "tags: [c]" } }));
    }
  }
});

test("a secret value stands in no text that leaves, wherever the runbook uses it", async () => {
  const secret = "Smoke_tset9";
  const places = EVERYTHING.split("\n").flatMap((line, row) =>
    [...line.matchAll(/(?<=[:[,{] ?)[\w.]+(?=[\],} ]|$)/g)].map((found) => ({
      row,
      start: found.index,
      end: found.index + found[0].length,
    })),
  );
  const lines = EVERYTHING.replace("hunter2-and-more", secret).split("\n");
  for (const { row, start, end } of places) {
    const line = lines[row] ?? "";
    if (line.includes("name: token")) continue;
    const text = lines.with(row, `${line.slice(0, start)}$(token)${line.slice(end)}`).join("\n");
    const { diagnostics, sources, secrets } = await loadText(text, { files: { "/r/part.yml": "tags: [c]" } });
    const mask = makeMask(secrets);
    const told = diagnostics.map((each) =>
      mask(formatDiagnostic(each, sources.get(each.position?.file ?? ""), { color: false })),
    );
    expect(told.join("\n"), text).not.toContain(secret);
  }
});
