import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";

/**
 * The names of files in a folder of a node that are wanted; `*` takes all that end with `ending`. Throws UsageError for
 * one that is not there, and when there is none.
 */
export async function remoteFiles(
  node: Node,
  folder: string,
  wanted: readonly string[],
  ending = "",
): Promise<readonly string[]> {
  const listing = await node.text(
    ["find", folder, "-maxdepth", "1", "-type", "f", "-name", `*${ending}`, "-printf", "%f\\0"],
    { sudo: true },
  );
  const there = listing
    .split("\0")
    .filter((name) => name !== "")
    .sort();
  const missing = wanted.find((name) => name !== "*" && !there.includes(name));
  const files = wanted.includes("*") ? there : wanted;
  if (missing === undefined && files.length > 0) return files;
  const what = missing === undefined ? `any file${ending === "" ? "" : ` that ends with '${ending}'`}` : `'${missing}'`;
  throw new UsageError(`The folder '${folder}' on '${node.name}' does not hold ${what}.`, {
    help: there.length === 0 ? "It holds no such file." : `It holds ${there.slice(0, 10).join(", ")}.`,
  });
}
