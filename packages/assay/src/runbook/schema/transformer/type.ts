import { childOf, type LocatedValue } from "../../value.ts";
import type { FieldTable } from "../field.ts";
import { section } from "../kinds.ts";
import { remoteNodeFields } from "../node-kinds.ts";
import { type Kind, kind } from "./kind.ts";

/** What a type of transformer is called with and what it gives. */
export interface TransformerType extends Kind {
  /** Whether it names a machine: never, unless an environment gives one, or always. */
  readonly connection: "never" | "unless-connected" | "always";
  /** Names of its outputs, without prefix; undefined when its inputs do not tell them yet. */
  readonly outputs: (entry: LocatedValue) => readonly string[] | undefined;
  /** Why this version cannot run it, as the end of a sentence; undefined when it can. */
  readonly missing: (entry: LocatedValue) => string | undefined;
}

interface Options {
  readonly required?: readonly string[];
  readonly outputs?: readonly string[] | TransformerType["outputs"];
  readonly missing?: string | TransformerType["missing"];
}

/** Keys of every type that may work on a node. */
export const connection = {
  connection: section(remoteNodeFields, "the machine it works on; not needed in the phase 'environment_connected'"),
};

/** A type that computes with variables, or finds its machine by itself. */
export function plain(about: string, table: FieldTable, options: Options = {}): TransformerType {
  return declare(about, table, "never", options);
}

/** A type that works on a node: that of an environment that was just connected, or that of `connection`. */
export function onNode(about: string, table: FieldTable, options: Options = {}): TransformerType {
  return declare(about, { ...connection, ...table }, "unless-connected", options);
}

/** A type that always names its machine. */
export function onNamedNode(about: string, table: FieldTable, options: Options = {}): TransformerType {
  const required = ["connection", ...(options.required ?? [])];
  return declare(about, { ...connection, ...table }, "always", { ...options, required });
}

function declare(
  about: string,
  table: FieldTable,
  wants: TransformerType["connection"],
  { required = [], outputs = [], missing }: Options,
): TransformerType {
  return {
    ...kind(about, table, required),
    connection: wants,
    outputs: typeof outputs === "function" ? outputs : () => outputs,
    missing: typeof missing === "function" ? missing : () => missing,
  };
}

/** The `type` of the mapping under `key`; undefined when it is not known yet. */
export function typeIn(entry: LocatedValue, key: string): string | undefined {
  const held = entry.kind === "mapping" ? childOf(entry, key) : undefined;
  const type = held?.kind === "mapping" ? childOf(held, "type") : undefined;
  return type?.kind === "scalar" ? type.source : undefined;
}

/** Keys of the mapping under `key`; undefined when it is not known yet. */
export function keysOf(entry: LocatedValue, key: string): readonly string[] | undefined {
  const held = entry.kind === "mapping" ? childOf(entry, key) : undefined;
  return held?.kind === "mapping" ? held.entries.map((item) => item.key) : undefined;
}

/** What stands under `name` in each item of the list under `key`; undefined when it is not known yet. */
export function namesIn(entry: LocatedValue, key: string, name: string): readonly string[] | undefined {
  const held = entry.kind === "mapping" ? childOf(entry, key) : undefined;
  if (held?.kind !== "list") return undefined;
  const names = held.items.map((item) => (item.kind === "mapping" ? childOf(item, name) : undefined));
  return names.every((found) => found?.kind === "scalar") ? names.map((found) => found.source) : undefined;
}
