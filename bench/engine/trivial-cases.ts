import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Kinds of generated cases: named apart, one case many times, and a fifth that fail with much to tell. */
export type CaseKind = "named" | "times" | "failing";

const HEAD = `import { type CaseContext, suite } from "assay/suite";
export default suite("Engine", { area: "engine", about: "Generated cases." }, ({ test }) => {`;

const BODIES: Readonly<Record<CaseKind, (count: number) => string>> = {
  named: (count) => `
  for (let index = 0; index < ${count}; index += 1) {
    test(\`verify_nothing_\${index}\`, { about: "Nothing can go wrong.", priority: 1 }, async () => undefined);
  }`,
  times: () => `
  test("verify_nothing", { about: "Nothing can go wrong.", priority: 1 }, async () => undefined);`,
  failing: (count) => `
  for (let index = 0; index < ${count}; index += 1) {
    test(\`verify_much_\${index}\`, { about: "One of five fails.", priority: 1 }, async (it: CaseContext) => {
      for (let part = 0; part < 3; part += 1) it.metric(\`speed_\${part}\`, index * 1.25 + part, "MB/s");
      it.log.info(\`disk \${index} is /dev/vd\${String.fromCharCode(97 + (index % 26))}\`);
      for (const part of ["read", "write", "trim", "flush"]) {
        await it.subtest(part, async () => {
          if (index % 5 === 0 && part === "trim") it.fail(\`sector \${index * 7919} of disk \${index} kept its data\`);
        });
      }
      if (index % 5 === 0) {
        const lines = Array.from({ length: 30 }, (_, line) => \`\${line}: expected \${(index * 31 + line) % 997}, got \${(index * 17 + line) % 991}, a difference that is told\`);
        it.fail(\`The disk is slow:\\n\${lines.join("\\n")}\`);
      }
    });
  }`,
};

/** Writes a runbook that runs `count` generated cases on this machine and gives its path. */
export async function writeCases(folder: string, kind: CaseKind, count: number): Promise<string> {
  const name = `${kind}-${count}`;
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "engine.ts"), `${HEAD}${BODIES[kind](count)}\n});\n`);
  const runbook = join(folder, `${name}.yml`);
  const times = kind === "times" ? `, times: ${count}` : "";
  const text = `name: ${name}
extension: [${name}]
platform: [{ type: local }]
testcase: [{ criteria: { area: engine }${times} }]
`;
  await writeFile(runbook, text);
  return runbook;
}
