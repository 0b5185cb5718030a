import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type Import, importsOf } from "./imports.ts";
import { FENCES, FOLDER_RULES, HEAVY_PACKAGES, PURE_BUILTINS, SIBLINGS_APART } from "./rules.ts";

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const isTest = (path: string): boolean => path.endsWith(".test.ts") || isIn(path, "test");

/** The sub-folder of `folder` that holds `path`, or undefined for files directly in it. */
function childOf(folder: string, path: string): string | undefined {
  const [child, ...rest] = path.slice(folder.length + 1).split("/");
  return rest.length > 0 ? child : undefined;
}

function packageProblem(path: string, { specifier, kind }: Import): string | undefined {
  if (kind === "types" || isTest(path)) return undefined;
  const heavy = HEAVY_PACKAGES.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (kind === "loads" && heavy !== undefined && !heavy.loadedBy.some((folder) => isIn(path, folder))) {
    return `'${heavy.name}' costs start-up time; load it with 'await import()' or name it with 'import type'`;
  }
  const rule = FOLDER_RULES.find(({ folder }) => isIn(path, folder));
  if (rule?.isPure === true && isBuiltin(specifier) && !PURE_BUILTINS.includes(specifier)) {
    return `'${rule.folder}' is pure (${rule.reason}) and must not load '${specifier}'`;
  }
  return undefined;
}

function folderProblem(path: string, target: string, kind: Import["kind"]): string | undefined {
  const fence = FENCES.find(
    ({ of, exceptFrom }) => isIn(target, of) && !exceptFrom.some((folder) => isIn(path, folder)),
  );
  if (fence !== undefined && !isTest(path)) return `'${fence.of}' must not be imported here: ${fence.reason}`;
  const rule = FOLDER_RULES.find(({ folder }) => isIn(path, folder));
  const apart = SIBLINGS_APART.find((folder) => isIn(path, folder) && isIn(target, folder));
  // A sibling's rule may name what it shares with another.
  const isNamed = rule?.runs.some((folder) => folder !== apart && isIn(folder, apart ?? "") && isIn(target, folder));
  if (apart !== undefined && isNamed !== true) {
    const [own, other] = [childOf(apart, path), childOf(apart, target)];
    if (own !== undefined && other !== undefined && own !== other) {
      return `'${own}' and '${other}' in '${apart}' must not know each other`;
    }
  }
  if (rule === undefined || isTest(path) || isIn(target, rule.folder)) return undefined;
  const allowed = kind === "types" ? [...rule.runs, ...(rule.namesTypesOf ?? [])] : rule.runs;
  if (allowed.some((folder) => isIn(target, folder))) return undefined;
  return `'${rule.folder}' (${rule.reason}) may not import ${kind === "types" ? "types of " : ""}'${target}'`;
}

/** Problems of one file, as `path:line: what is wrong`. `path` is relative to the root, with forward slashes. */
export function problemsOf(path: string, source: string): readonly string[] {
  return importsOf(source).flatMap((found) => {
    const problem = found.specifier.startsWith(".")
      ? folderProblem(path, posix.join(posix.dirname(path), found.specifier), found.kind)
      : packageProblem(path, found);
    return problem === undefined ? [] : [`${path}:${found.line}: ${problem}.`];
  });
}
