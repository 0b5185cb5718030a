import type { Transformer } from "./transformer.ts";

type Maker = () => Promise<Transformer>;

/** Where each built-in transformer stands; it is loaded when a runbook uses it. */
const TRANSFORMERS: Readonly<Record<string, Maker>> = {
  to_list: async () => (await import("./to-list.ts")).toList,
  script: async () => (await import("./script.ts")).script,
  dump_variables: async () => (await import("./dump-variables.ts")).dumpVariables,
};

/** The built-in transformer of a type; undefined when there is none. */
export async function findTransformer(type: string): Promise<Transformer | undefined> {
  return Object.hasOwn(TRANSFORMERS, type) ? await TRANSFORMERS[type]?.() : undefined;
}
