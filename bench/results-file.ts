import { type BenchResult, markdownTable } from "./show.ts";

const HEAD =
  "# Last figures\n\nEach benchmark as it was measured last. `script/bench NAME --save` writes its part anew.\n";

/** `kept`, the text of bench/results.md, with the parts of `results` in place of theirs, in the order of `names`. */
export function withResults(
  kept: string,
  results: readonly BenchResult[],
  { names, measuredOn }: { readonly names: readonly string[]; readonly measuredOn: string },
): string {
  const parts = new Map(
    kept
      .split(/^(?=## )/m)
      .filter((part) => part.startsWith("## "))
      .map((part) => [part.slice(3, part.indexOf("\n")).trim(), `${part.trimEnd()}\n`]),
  );
  for (const result of results) {
    const [title = "", ...table] = markdownTable(result).trimEnd().split("\n");
    parts.set(result.bench, [title, "", measuredOn, ...table, ""].join("\n"));
  }
  return [HEAD, ...names.flatMap((name) => parts.get(name) ?? [])].join("\n");
}
