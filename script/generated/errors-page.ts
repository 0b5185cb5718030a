import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../packages/assay/src/errors/assay-error.ts";
import * as catalogue from "../../packages/assay/src/errors/catalogue.ts";

const CATALOGUE_SOURCE = join(import.meta.dirname, "..", "..", "packages", "assay", "src", "errors", "catalogue.ts");
const WITH_SENTENCE = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export class (\w+)/g;

/** The doc comments of the catalogue's classes by class name, each as one line. */
async function sentences(): Promise<ReadonlyMap<string, string>> {
  const source = await readFile(CATALOGUE_SOURCE, "utf8");
  const pairs = [...source.matchAll(WITH_SENTENCE)].map(([, comment = "", name = ""]) => {
    const line = comment.replaceAll(/\s*\n\s*\*\s?/g, " ").replaceAll(/\s+/g, " ");
    return [name, line.replaceAll("|", "\\|").trim()] as const;
  });
  return new Map(pairs);
}

/** docs/reference/errors.md: every error with its code, who has to act and the exit code it ends assay with. */
export async function errorsPage(): Promise<string> {
  const about = await sentences();
  const rows = Object.entries(catalogue).flatMap(([name, made]) => {
    // Every constructor of the catalogue takes a message first and keeps the rest as data.
    const error: unknown = typeof made === "function" ? Reflect.construct(made, ["", "", []]) : undefined;
    if (!(error instanceof AssayError)) return [];
    return [`| \`${error.code}\` | ${error.failureClass} | ${error.exitCode} | ${about.get(name) ?? ""} |`];
  });
  return [
    "# Errors",
    "",
    "Made from the error catalogue by `script/generate`. Do not edit.",
    "",
    "The class says who has to act: `product` is the image or kernel under test, `test` the case's own code,",
    "`environment` the machines and what carries them, `configuration` the runbook or command line, `tool` assay itself.",
    "The exit code holds when the error ends the whole run; an error inside a case makes that case fail.",
    "",
    "| Code | Class | Exit code | Meaning |",
    "| --- | --- | --- | --- |",
    ...rows.sort(),
    "",
  ].join("\n");
}
