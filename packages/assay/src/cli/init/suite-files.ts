/** How a new suite and its files are called. */
export interface SuiteNames {
  /** In runbooks and reports, such as `DiskRoom`. */
  readonly suite: string;
  /** Of the files and in the case's name, such as `disk_room`. */
  readonly file: string;
  /** Ending of the modules: `ts`, or `mts` where the nearest package.json does not say that modules are ES modules. */
  readonly ending: "ts" | "mts";
}

/** Names for a suite called `name`; undefined when it has other signs than letters, digits, `-` and `_`. */
export function suiteNames(name: string, ending: SuiteNames["ending"]): SuiteNames | undefined {
  if (!/^[a-z][\w-]*$/i.test(name)) return undefined;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .split(/[-_]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
  const suite = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return { suite, file: words.join("_"), ending };
}

/** A suite of one case, which runs on every Linux machine. */
export const suiteModule = ({
  suite,
  file,
}: SuiteNames): string => `import { type CaseContext, suite } from "assay/suite";

/** With less, logs and package managers fail in odd ways. */
const LEAST_FREE_MIB = 10;

export default suite("${suite}", { area: "${file}", about: "What the machine needs for our product." }, ({ test }) => {
  test(
    "verify_${file}",
    { about: "The root file system has room for logs.", priority: 1, timeoutMs: 60_000 },
    verifyRoom,
  );
});

async function verifyRoom({ node, expect, metric }: CaseContext): Promise<void> {
  const free = freeMib(await node.text(["df", "-Pk", "/"]));
  metric("root-free", free, "MiB");
  expect(free >= LEAST_FREE_MIB, \`'\${node.name}' has \${free} MiB free on '/'; it needs \${LEAST_FREE_MIB}.\`);
}

/** Free MiB in what 'df -Pk' prints. A function of its own, so that its test needs no machine. */
export function freeMib(output: string): number {
  const available = output.trim().split("\\n")[1]?.trim().split(/\\s+/)[3];
  if (available === undefined || !/^\\d+$/.test(available)) throw new Error(\`This is no output of df: \${output}\`);
  return Math.floor(Number(available) / 1024);
}
`;

/** The test of the suite's rule, for Node's own test runner. */
export const testModule = ({ suite, file, ending }: SuiteNames): string => `import assert from "node:assert/strict";
import { test } from "node:test";
import suite, { freeMib } from "./${file}.${ending}";

const captured = \`Filesystem     1024-blocks    Used Available Capacity Mounted on
/dev/vda1         10218772 2345678   7332984      25% /
\`;

test("free space is read from what df prints", () => {
  assert.equal(freeMib(captured), 7161);
});

test("a full disk is no error of the rule", () => {
  assert.equal(freeMib(captured.replace("7332984", "0")), 0);
});

test("what is no output of df is told", () => {
  assert.throws(() => freeMib("df: not found"), /no output of df/);
});

test("the suite has its case", () => {
  assert.deepEqual([suite.name, suite.cases.map(({ name }) => name)], ["${suite}", ["verify_${file}"]]);
});
`;

/** A runbook that loads the suite and runs it on this machine. */
export const runbookFile = ({ file, ending }: SuiteNames): string => `name: ${file}
extension:
  - ./${file}.${ending}
platform:
  - type: local
testcase:
  - criteria:
      area: ${file}
`;

/** What a reader of the folder has to know. */
export const readmeLines = ({ suite, file, ending }: SuiteNames): string => `## Suite ${suite}

- \`${file}.${ending}\` holds the cases, \`${file}.test.${ending}\` the tests of their rules, \`${file}.yml\` the runbook that loads them.
- \`assay run -r ${file}.yml\` runs the cases on this machine; with another \`platform\` in the runbook they run there.
- \`node --test\` runs the tests; they need no machine.
`;

/** Modules here are ES modules; the tests need no package. */
export const PACKAGE_FILE = `{
  "private": true,
  "type": "module",
  "scripts": {
    "test": "node --test"
  }
}
`;

/** For editors: the modules run as they are, so only what Node understands is allowed. */
export const TYPESCRIPT_FILE = `{
  "compilerOptions": {
    "target": "es2025",
    "lib": ["es2025", "esnext.disposable"],
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true
  }
}
`;
