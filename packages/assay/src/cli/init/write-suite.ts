import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../errors/catalogue.ts";
import {
  PACKAGE_FILE,
  readmeLines,
  runbookFile,
  type SuiteNames,
  suiteModule,
  suiteNames,
  TYPESCRIPT_FILE,
  testModule,
} from "./suite-files.ts";

/** Folder of assay's own package. */
const OWN_PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));

export interface WrittenSuite {
  readonly names: SuiteNames;
  /** Names of what was written or added to, relative to the folder. */
  readonly files: readonly string[];
}

/**
 * Writes a first suite with its test and runbook into `folder`. Throws UsageError when the name cannot be used, and when
 * a file is there and `isForced` is false; then nothing is written.
 */
export async function writeSuite(
  folder: string,
  name: string,
  options: { readonly isForced: boolean; readonly takenNames: readonly string[] },
): Promise<WrittenSuite> {
  const names = suiteNames(name, await endingIn(folder));
  if (names === undefined) {
    throw new UsageError(`'${name}' cannot be the name of a suite.`, {
      help: "Use letters, digits, '-' and '_', and start with a letter.",
    });
  }
  if (options.takenNames.some((taken) => taken.toLowerCase() === names.suite.toLowerCase())) {
    throw new UsageError(`There is a built-in suite '${names.suite}'.`, { help: "Choose another name." });
  }
  const { file, ending } = names;
  const own = new Map([
    [`${file}.${ending}`, suiteModule(names)],
    [`${file}.test.${ending}`, testModule(names)],
    [`${file}.yml`, runbookFile(names)],
  ]);
  const existing = [...own.keys()].filter((path) => existsSync(join(folder, path)));
  if (existing.length > 0 && !options.isForced) {
    throw new UsageError(
      `${existing.map((path) => `'${path}'`).join(" and ")} ${existing.length === 1 ? "exists" : "exist"} already.`,
      {
        help: "Choose another name, or write over them with --force.",
      },
    );
  }
  const files: string[] = [];
  for (const [path, content] of own) {
    await writeFile(join(folder, path), content);
    files.push(path);
  }
  files.push(...(await addReadme(folder, names)), ...(await addProject(folder)));
  return { names, files };
}

/** `ts` where modules are ES modules or nothing says otherwise. */
async function endingIn(folder: string): Promise<SuiteNames["ending"]> {
  const file = findUpwards(folder, "package.json");
  if (file === undefined) return "ts";
  const { type }: { readonly type?: unknown } = JSON.parse(await readFile(file, "utf8"));
  return type === "module" ? "ts" : "mts";
}

async function addReadme(folder: string, names: SuiteNames): Promise<readonly string[]> {
  const path = join(folder, "README.md");
  const before = existsSync(path) ? await readFile(path, "utf8") : undefined;
  const lines = readmeLines(names);
  if (before?.includes(lines.split("\n", 1)[0] ?? "") === true) return [];
  await appendFile(path, before === undefined ? lines : `\n${lines}`);
  return ["README.md"];
}

/** What Node and editors need to know; what is there already stays as it is. */
async function addProject(folder: string): Promise<readonly string[]> {
  const added: string[] = [];
  if (findUpwards(folder, "package.json") === undefined) {
    await writeFile(join(folder, "package.json"), PACKAGE_FILE);
    added.push("package.json");
  }
  if (findUpwards(folder, "tsconfig.json") === undefined) {
    await writeFile(join(folder, "tsconfig.json"), TYPESCRIPT_FILE);
    added.push("tsconfig.json");
  }
  // A link and no copy: tests and editors then see the assay that runs the cases.
  if (findUpwards(folder, join("node_modules", "assay", "package.json")) === undefined) {
    await mkdir(join(folder, "node_modules"), { recursive: true });
    await symlink(OWN_PACKAGE, join(folder, "node_modules", "assay"), "dir");
    added.push(join("node_modules", "assay"));
  }
  return added;
}

/** The path of `name` in `folder` or the nearest folder above it that has it. */
function findUpwards(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent, name);
}
