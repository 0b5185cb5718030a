/** A runbook written to make its reader slow, with the other files it reads by absolute path. */
export interface HostileInput {
  readonly name: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Values from the command line. */
  readonly variables?: readonly string[];
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");
/** `text` so often that it fills about `characters`. */
const filled = (characters: number, text: string): string => text.repeat(Math.ceil(characters / text.length));
const HEAD = "platform: [{ type: local }]\n";
const variables = (count: number, value: (index: number) => string, more = ""): string =>
  `${HEAD}variable:\n${lines(count, (index) => `  - { name: v${index}, value: ${value(index)}${more} }`)}`;

/** Every kind of input known to cost more than its length, each about `size` characters long in all its files. */
export function* hostileInputs(size: number): Generator<HostileInput> {
  const many = Math.ceil(size / 40);
  const input = (name: string, text: string, more: Partial<HostileInput> = {}): HostileInput => ({
    name,
    text,
    ...more,
  });
  // YAML itself.
  yield input("open brackets", `a: ${filled(size, "[")}`);
  yield input("open braces", `a: ${filled(size, "{a: ")}`);
  yield input("closed brackets", `a: ${filled(size, "]")}`);
  yield input("pairs of brackets", `a: [${filled(size, "[],")}]`);
  yield input("dashes", `a:\n  ${filled(size, "- ")}x`);
  yield input("question marks", `${filled(size, "? ")}x`);
  yield input("commas", `a: [${filled(size, ",")}]`);
  yield input("colons", filled(size, ":"));
  yield input("colons with blanks", filled(size, ": "));
  yield input(
    "stairs of keys",
    lines(Math.ceil(Math.sqrt(2 * size)), (depth) => `${" ".repeat(depth)}a:`),
  );
  yield input(
    "anchors",
    lines(many, (index) => `k${index}: &a${index} ${index}`),
  );
  yield input("aliases of one anchor", `a: &a [x]\nb: [${filled(size, "*a,")}]`);
  yield input("unknown aliases", `b: [${filled(size, "*a,")}]`);
  yield input(
    "alias bomb",
    lines(many, (index) => `k${index}: &a${index} [${index === 0 ? "x" : `*a${index - 1}, *a${index - 1}`}]`),
  );
  yield input(
    "merge keys",
    lines(
      many,
      (index) => `k${index}: &a${index} { ${index === 0 ? "x: 1" : `<<: [*a${index - 1}, *a${index - 1}]`} }`,
    ),
  );
  yield input("one key again and again", filled(size, "name: a\n"));
  yield input(
    "keys of objects",
    lines(many, (index) => `__proto__${index}: {constructor: ${index}}`),
  );
  yield input("directives", `${filled(size, "%TAG ! tag:a,2000:\n")}---\na: b`);
  yield input("documents", filled(size, "---\na: b\n"));
  yield input("tags", `a: ${filled(size, "!!str ")}x`);
  yield input("comments", `${filled(size, "# a comment\n")}${HEAD}`);
  yield input("one comment", `#${filled(size, "a")}\n${HEAD}`);
  yield input("blank lines", `${filled(size, "\n")}${HEAD}`);
  yield input("blanks", `a: ${filled(size, " ")}b`);
  yield input("tabs", `a:\n${filled(size, "\t")}b`);
  yield input("carriage returns", `${filled(size, "\r")}${HEAD}`);
  yield input("zeros", filled(size, "\u0000"));
  yield input("byte order marks", filled(size, "\ufeff"));
  yield input("halves of characters", `name: "${filled(size, "\ud800")}"`);
  yield input("escapes", `name: "${filled(size, "\\x41")}"`);
  yield input("a quote that never ends", `name: "${filled(size, "a ")}`);
  yield input("quotes", `name: ${filled(size, '"')}`);
  yield input("apostrophes", `name: ${filled(size, "'")}`);
  yield input("a block of short lines", `name: |\n${filled(size, "  a\n")}`);
  yield input("a folded block of blank lines", `name: >\n${filled(size, "\n  a\n\n")}`);
  yield input("a text over many lines", `name: a\n${filled(size, "  b\n")}`);
  yield input("a number with many digits", `concurrency: ${filled(size, "9")}`);
  yield input("a number base sixty", `concurrency: ${filled(size, "1:")}1`);
  yield input("a number of underscores", `concurrency: 1${filled(size, "_")}1`);
  yield input("a float that is none", `concurrency: ${filled(size, "1.")}e`);
  yield input("a date that is none", `name: 2001-01-01 ${filled(size, " ")}x`);
  // Keys and their suggestions.
  yield input("one long key", `${filled(size, "platfrom")}: 1`);
  yield input("a long quoted key", `"${filled(size, "platform ")}": 1`);
  yield input("unknown keys", `${HEAD}${lines(many, (index) => `platfrom_number_${index}_of_many: 1`)}`);
  yield input(
    "unknown keys in a section",
    `platform:\n  - type: local\n${lines(many, (index) => `    unknown_number_${index}: 1`)}`,
  );
  yield input(
    "long unknown keys",
    `${HEAD}${lines(Math.ceil(size / 1000), (index) => `${filled(980, "platfor")}${index}: 1`)}`,
  );
  yield input("a long word for a choice", `platform: [{ type: ${filled(size, "local")} }]`);
  // Variables.
  yield input(
    "variables",
    variables(many, (index) => `text ${index}`),
  );
  yield input(
    "a chain of variables",
    variables(many, (index) => (index === 0 ? "x" : `$(v${index - 1})`)),
  );
  yield input(
    "a chain the other way",
    variables(many, (index) => (index === many - 1 ? "x" : `$(v${index + 1})`)),
  );
  yield input(
    "a circle of variables",
    variables(many, (index) => `$(v${(index + 1) % many})`),
  );
  yield input(
    "variables that double",
    variables(many, (index) => (index === 0 ? "x" : `"$(v${index - 1})$(v${index - 1})"`)),
  );
  yield input(
    "lists that double",
    variables(many, (index) => (index === 0 ? "[x]" : `["$(v${index - 1})", "$(v${index - 1})"]`)),
  );
  yield input("one variable again and again", variables(many, () => "x").replaceAll(/name: v\d+/g, "name: v0"));
  yield input("undefined variables", `${HEAD}tags:\n${lines(many, (index) => `  - $(undefined_${index})`)}`);
  yield input(
    "undefined names like defined ones",
    `${variables(many / 2, () => "x")}\ntags:\n${lines(many / 2, (index) => `  - $(w${index})`)}`,
  );
  yield input("references in one text", `${variables(1, () => "x")}\nname: "${filled(size, "$(v0)")}"`);
  yield input("references that never end", `${HEAD}name: "${filled(size, "$(")}"`);
  yield input("references that end on another line", `${HEAD}name: |\n${filled(size, "  $(\n")}  )`);
  yield input("dollars", `${HEAD}name: "${filled(size, "$")}"`);
  yield input("a long reference", `${HEAD}name: "$(${filled(size, "a")})"`);
  yield input(
    "a big value used often",
    `${variables(1, () => `"${filled(size / 2, "x")}"`)}\ntags: [${filled(size / 2, '"$(v0)",')}]`,
  );
  yield input(
    "a big list used often",
    `${variables(1, () => `[${filled(size / 2, "x,")}]`)}\nnotifier: [${filled(size / 2, "$(v0),")}]`,
  );
  yield input(
    "secrets",
    variables(many, (index) => `secret${index}`, ", is_secret: true"),
  );
  yield input(
    "secrets within secrets",
    variables(Math.ceil(Math.sqrt(2 * size)), (index) => filled(index + 1, "s"), ", is_secret: true"),
  );
  yield input(
    "a mask that explodes",
    variables(1, () => `"${filled(size, "a")}!"`, ', is_secret: true, mask: "(a+)+$"'),
  );
  yield input(
    "masks that explode",
    variables(many, () => `"${filled(30, "a")}!"`, ', is_secret: true, mask: "(a|aa)+$"'),
  );
  yield input(
    "a long value from the command line",
    variables(1, () => "x"),
    { variables: [`v0:${filled(size, "[")}`] },
  );
  yield input(
    "a list from the command line",
    variables(1, () => "[x]"),
    { variables: [`v0:[${filled(size, "a,")}]`] },
  );
  yield input("values from the command line", HEAD, {
    variables: Array.from({ length: many }, (_, index) => `v${index}:x`),
  });
  // Files.
  yield input("includes of one file", `include:\n${filled(size, "  - { path: a.yml }\n")}`, {
    files: { "/r/a.yml": HEAD },
  });
  yield input("files that include two", "include: [a0.yml]", {
    files: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `/r/a${index}.yml`,
        `include: [a${index + 1}.yml, ./a${index + 1}.yml]\n${variables(many / 30, () => "x")}`,
      ]),
    ),
  });
  yield input("a big file included often", `${HEAD}include:\n${filled(10_000, "  - big.yml\n")}`, {
    files: { "/r/big.yml": variables(Math.min(many, 8000), () => "x").slice(HEAD.length) },
  });
  yield input("a big variable file used often", `${HEAD}variable:\n${filled(10_000, "  - { file: v.yml }\n")}`, {
    files: { "/r/v.yml": lines(Math.min(many, 8000), (index) => `variable_${index}: some text`) },
  });
  yield input("a chain of files", "include: [a0.yml]", {
    files: Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [
        `/r/a${index}.yml`,
        `include: [a${index + 1}.yml]\n${variables(Math.ceil(size / 40 / 600), () => "x").slice(HEAD.length)}`,
      ]),
    ),
  });
  yield input("a long path", `include: ["${filled(size, "../")}a.yml"]`);
  yield input("includes that are missing", `include:\n${filled(size, "  - missing.yml\n")}`);
  yield input("variable files", `${HEAD}variable:\n${filled(size, "  - { file: v.yml }\n")}`, {
    files: { "/r/v.yml": "a: b" },
  });
  yield input(
    "extensions",
    `${HEAD}extension:\n${lines(many, (index) => `  - { name: e${index}, path: ./e${index} }`)}`,
  );
  // Sections.
  yield input("filters", `${HEAD}testcase:\n${filled(size, "  - { criteria: { name: smoke_test }, retry: 1 }\n")}`);
  yield input("names in a filter", `${HEAD}testcase: [{ criteria: { name: [${filled(size, "smoke_test,")}] } }]`);
  yield input("a long pattern", `${HEAD}testcase: [{ criteria: { name: "${filled(size, "a?")}" } }]`);
  yield input(
    "nested groups",
    `${HEAD}testcase: [{ criteria: { name: "${filled(size / 2, "(")}${filled(size / 2, ")")}" } }]`,
  );
  yield input(
    "a pattern that explodes",
    `${HEAD}testcase: [{ criteria: { name: "(.*)*(.*)*(.*)*x${filled(size, "y")}" } }]`,
  );
  yield input("wrong patterns", `${HEAD}testcase:\n${filled(size, "  - { criteria: { name: 'a(b' } }\n")}`);
  yield input(
    "environments of one name",
    `${HEAD}environment:\n  environments:\n${filled(size, "    - { name: e, nodes: [{ type: local }] }\n")}`,
  );
  yield input(
    "nodes",
    `platform: [{ type: ready }]\nenvironment:\n  environments:\n    - nodes:\n${filled(size, "        - { type: remote, address: a, password: b }\n")}`,
  );
  yield input(
    "machines by the million",
    `${HEAD}environment:\n  environments:\n${filled(size, "    - { nodes: [{ type: requirement, node_count: 999999999 }] }\n")}`,
  );
  yield input("ranges", `platform: [{ type: local, requirement: { core_count: [${filled(size, "{min: 1},")}] } }]`);
  yield input("features", `platform: [{ type: local, requirement: { features: [${filled(size, "Nvmee,")}] } }]`);
  yield input(
    "transformers of one name",
    `${HEAD}transformer:\n${filled(size, "  - { type: dump_variables, name: t }\n")}`,
  );
  yield input(
    "a chain of transformers",
    `${HEAD}transformer:\n${lines(many, (index) => `  - { type: to_list, name: t${index}, depends_on: [t${index + 1}] }`)}`,
  );
  yield input(
    "a circle of transformers",
    `${HEAD}transformer:\n${lines(many, (index) => `  - { type: to_list, name: t${index}, depends_on: [t${(index + 1) % many}] }`)}`,
  );
  yield input(
    "a grid of many dimensions",
    `${HEAD}combinator:\n  type: grid\n  items:\n${lines(many, (index) => `    - { name: g${index}, value: [1, 2] }`)}`,
  );
  yield input(
    "a batch",
    `${HEAD}combinator:\n  type: batch\n  items:\n${lines(many, (index) => `    - { a: ${index}, b: x }`)}`,
  );
  yield input("notifiers", `${HEAD}notifier:\n${filled(size, "  - { type: htmll }\n")}`);
  yield input(
    "wrong types",
    `${HEAD}notifier: 1\ntestcase: 2\nenvironment: 3\ntags: {${lines(many, (index) => `a${index}: 1,`)}}`,
  );
}
