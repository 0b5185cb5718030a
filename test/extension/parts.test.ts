import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";

const files = {
  "r.yml": `name: parts
extension: [mine]
transformer:
  - type: shout
    text: hello
combinator:
  type: countdown
  from: 2
platform:
  - type: here
    here: { greeting: $(shout_loud) }
notifier:
  - type: tally
    path: tally-$(size).txt
variable:
  - { name: size, value: small }
  - { name: count, value: 0, is_case_visible: true }
testcase:
  - criteria: { area: mine }
`,
  "mine/suite.ts": `import { type CaseContext, suite } from "assay/suite";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  test("verify_count", { about: "x", priority: 1 }, async ({ variables, environment, skip, expect }: CaseContext) => {
    expect(environment.facts.greeting === "HELLO", JSON.stringify(environment.facts));
    if (variables.count === 1) skip("one is enough");
  });
});
`,
  "mine/parts.ts": `import { defineCombinator, defineNotifier, definePlatform, defineTransformer, key, localPlatform } from "assay";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const shout = defineTransformer({
  type: "shout",
  keys: { text: key.text("what is said") },
  outputs: ["loud"],
  run: async ({ text }) => ({ loud: String(text).toUpperCase() }),
});

export const countdown = defineCombinator({
  type: "countdown",
  keys: { from: key.integer("first number", { minimum: 1 }) },
  make: ({ settings }) => {
    const numbers = Array.from({ length: Number(settings.from) }, (_, index) => Number(settings.from) - index);
    return {
      type: "countdown",
      isSequential: false,
      size: numbers.length,
      combinations: numbers.map((value) => [{ name: "count", value, origin: "combinator 'countdown'" }]),
    };
  },
});

export const tally = defineNotifier({
  type: "tally",
  keys: { path: key.text("name of the file") },
  make({ runFolder, settings }) {
    const path = join(runFolder, String(settings.path));
    const lines: string[] = [];
    return {
      name: "tally",
      onEvent(event) {
        if (event.type === "case-finished") lines.push(\`\${event.case} \${event.status}\`);
      },
      async close() {
        writeFileSync(path, lines.join("\\n"));
        return [path];
      },
    };
  },
});

export const here = definePlatform({
  type: "here",
  keys: { greeting: key.text("a fact of every environment") },
  async make({ settings }) {
    const local = await localPlatform();
    return {
      type: "here",
      isPristineCheap: false,
      maxEnvironments: 1,
      refuse: (requirement) => local.refuse(requirement),
      prepare: (context) => local.prepare(context),
      async deploy(requirement, context) {
        const environment = await local.deploy(requirement, context);
        return { ...environment, facts: { greeting: String(settings.section.greeting) } };
      },
      [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
    };
  },
});
`,
};

test("transformers, combinators, platforms and notifiers of an extension take part in a run", async () => {
  const space = new Workspace(files);
  const check = await space.assay(["check", "-r", "r.yml", "--json"]);
  expect(JSON.parse(check.stdout)).toEqual({ ok: true, diagnostics: [] });
  const run = await space.assay(["run", "-r", "r.yml", "--json"]);
  const { results, exitCode } = JSON.parse(run.stdout);
  expect([exitCode, results], run.stderr).toMatchObject([
    0,
    [
      { case: "verify_count", status: "PASSED" },
      { case: "verify_count", status: "SKIPPED", message: "one is enough" },
    ],
  ]);
  const [folder = ""] = space.runs;
  expect(readFileSync(join(space.path, "runs", folder, "tally-small.txt"), "utf8")).toBe(
    "verify_count PASSED\nverify_count SKIPPED",
  );
});

test("keys of parts are checked like those of built-in ones", async () => {
  const text = files["r.yml"]
    .replace("text: hello", "texr: hello")
    .replace("from: 2", "from: none")
    .replace("path: tally", "paht: tally")
    .replace("greeting:", "greting:");
  const { stdout, exitCode } = await new Workspace({ ...files, "r.yml": text }).assay(["check", "-r", "r.yml"]);
  expect(exitCode).toBe(2);
  for (const line of [
    "r.yml:5:5: error T03: The key 'texr' is not known in 'transformer[0]'.",
    "r.yml:8:9: error S02: 'combinator.from' must be a whole number, found the text 'none'.",
    "r.yml:11:13: error S15: The key 'greting' is not known in 'platform.here'.",
    "r.yml:14:5: error T03: The key 'paht' is not known in 'notifier[0]'.",
  ]) {
    expect(stdout).toContain(line);
  }
});

test.each([
  [
    "notifier",
    /make\(\{ runFolder, settings \}\) \{/,
    "make() { throw new Error('no ink');",
    2,
    "The notifier 'tally' cannot be made: no ink",
  ],
  [
    "platform",
    /async make\(\{ settings \}\) \{/,
    "async make() { throw new Error('no room');",
    3,
    "The platform 'here' cannot be made: no room",
  ],
  [
    "combinator",
    /make: \(\{ settings \}\) => \{/,
    "make: ({ settings }) => { throw new Error('no numbers');",
    2,
    "The combinator 'countdown' cannot be made: no numbers",
  ],
])("a %s that cannot be made ends the run with its message", async (_, part, broken, exitCode, message) => {
  const parts = files["mine/parts.ts"].replace(part, broken);
  const run = await new Workspace({ ...files, "mine/parts.ts": parts }).assay(["run", "-r", "r.yml"]);
  expect(run.stderr).toContain(message);
  expect(run.exitCode).toBe(exitCode);
});
