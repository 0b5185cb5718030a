import { suites } from "../../packages/suites/src/index.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** docs/reference/cases.md: the built-in catalogue, suite by suite. */
export async function casesPage(): Promise<string> {
  const count = suites.reduce((sum, { cases }) => sum + cases.length, 0);
  const sections = suites.flatMap(({ name, area, about, cases }) => [
    `## ${name}`,
    "",
    `${about} Area: ${area}.`,
    "",
    "| Case | Priority | What it proves |",
    "| --- | --- | --- |",
    ...cases.map((one) => `| \`${one.name}\` | ${one.priority} | ${cell(one.about)} |`),
    "",
  ]);
  return [
    "# Cases",
    "",
    "Made from the catalogue by `script/generate`. Do not edit.",
    "",
    `${count} cases in ${suites.length} suites.`,
    "",
    ...sections,
  ].join("\n");
}
