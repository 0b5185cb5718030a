import type { GuestProvider } from "../guests/guest-provider.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { FieldTable } from "../runbook/schema/field.ts";
import type { CombinatorSettings, PlatformSettings, Runbook } from "../runbook/types.ts";
import type { Transformer } from "../transformers/transformer.ts";

/** What a notifier is made from. */
export interface NotifierSetup {
  /** Folder of the run, where reports go. */
  readonly runFolder: string;
  /** The keys of its entry in the runbook, checked. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface NotifierDefinition {
  /** What runbooks call it: `notifier: [{ type: … }]`. */
  readonly type: string;
  /** Keys of its entry besides those of every notifier. */
  readonly keys?: FieldTable;
  readonly make: (setup: NotifierSetup) => Notifier;
}

/** What a platform is made from. */
export interface PlatformSetup {
  /** `platform:` of the runbook, with the section named after the type. */
  readonly settings: PlatformSettings;
  readonly runbook: Runbook;
  /** Unique for each run; marks what was made for it. */
  readonly runId: string;
  readonly signal: AbortSignal;
}

export interface PlatformDefinition {
  /** What runbooks call it: `platform: [{ type: … }]`. */
  readonly type: string;
  /** Keys of the section named after the type. */
  readonly keys?: FieldTable;
  readonly make: (setup: PlatformSetup) => Platform | Promise<Platform>;
}

export interface TransformerDefinition extends Transformer {
  /** Keys of its entry besides those of every transformer. */
  readonly keys?: FieldTable;
}

export interface CombinatorDefinition {
  /** What runbooks call it: `combinator: { type: … }`. */
  readonly type: string;
  /** Keys of the section besides `type`. */
  readonly keys?: FieldTable;
  readonly make: (settings: CombinatorSettings) => Combinator | Promise<Combinator>;
}

export interface GuestDefinition extends GuestProvider {
  /** Keys of its entry under `platform.guests` besides those of every guest. */
  readonly keys?: FieldTable;
}

/** Something an extension adds besides suites, marked with what it is. */
export type ExtensionPart =
  | (TransformerDefinition & { readonly part: "transformer" })
  | (CombinatorDefinition & { readonly part: "combinator" })
  | (NotifierDefinition & { readonly part: "notifier" })
  | (PlatformDefinition & { readonly part: "platform" })
  | (GuestDefinition & { readonly part: "guest" });

/** Defines a transformer; an export of a module of an extension. */
export function defineTransformer(definition: TransformerDefinition): ExtensionPart {
  return { ...definition, part: "transformer" };
}

/** Defines a combinator; an export of a module of an extension. */
export function defineCombinator(definition: CombinatorDefinition): ExtensionPart {
  return { ...definition, part: "combinator" };
}

/**
 * Defines a notifier; an export of a module of an extension.
 *
 * @example
 * export default defineNotifier({ type: "bell", make: () => ({ name: "bell", onEvent() {}, close: async () => [] }) });
 */
export function defineNotifier(definition: NotifierDefinition): ExtensionPart {
  return { ...definition, part: "notifier" };
}

/** Defines a platform; an export of a module of an extension. */
export function definePlatform(definition: PlatformDefinition): ExtensionPart {
  return { ...definition, part: "platform" };
}

/** Defines a type of guests, in which cases run inside nodes; an export of a module of an extension. */
export function defineGuest(definition: GuestDefinition): ExtensionPart {
  return { ...definition, part: "guest" };
}
