import { dirname, resolve } from "node:path";
import type { Problems } from "./problems.ts";
import { childOf, isNull, type LocatedValue } from "./value.ts";

/** Folders of LISA whose cases are part of assay's own catalogue. */
const BUILT_IN = /(?:^|[/\\])(?:microsoft|examples)[/\\]testsuites(?:[/\\]|$)/;

/**
 * Looks at `extension:`. LISA's own suite folders stand for the built-in catalogue; every other extension is told,
 * because its cases would be missing from the verdict.
 */
export function checkExtensions(value: LocatedValue | undefined, problems: Problems): void {
  if (value === undefined || value.kind === "broken" || isNull(value)) return;
  const items = value.kind === "list" ? value.items : [value];
  for (const item of items) {
    const path = item.kind === "mapping" ? childOf(item, "path") : item;
    if (path?.kind === "broken") continue;
    if (path?.kind !== "scalar" || path.type !== "string") {
      problems.error("S02", "An extension must be a path, or a mapping with 'path' and 'name'.", item);
    } else if (path.source !== "" && !BUILT_IN.test(resolve(dirname(path.position.file), path.source))) {
      problems.error("E01", `The extension '${path.source}' is not carried out by this version of assay.`, path, {
        help: "Python extensions of LISA cannot run here; remove the line, or write the cases as an assay suite.",
      });
    }
  }
}
