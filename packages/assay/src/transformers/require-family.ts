import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import type { OsFacts } from "../os/facts.ts";

/** Throws UsageError when the node's distribution is of no such family. */
export async function requireFamily(node: Node, families: readonly OsFacts["family"][]): Promise<OsFacts> {
  const facts = await node.facts();
  if (families.includes(facts.family)) return facts;
  throw new UsageError(
    `The node '${node.name}' runs '${facts.prettyName}', which is of no family of ${families.join(", ")}.`,
    { help: "Choose a transformer for this distribution." },
  );
}
