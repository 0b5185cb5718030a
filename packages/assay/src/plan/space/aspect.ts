import type { Reason } from "./reason.ts";

/**
 * One thing by which machines differ: its number of processors, its disks. A space `S` holds the values of several
 * aspects; what one does not mention it leaves open. Each aspect knows the operations on its own values alone.
 */
export interface Aspect<S> {
  /** True when `capability` can give what `requirement` asks. */
  meets(requirement: S, capability: S): boolean;
  /** Why it cannot; empty exactly when `meets` is true. */
  reasons(requirement: S, capability: S): readonly Reason[];
  /** What is left of `requirement` on `capability`; only called when it meets it. */
  narrow(requirement: S, capability: S): Partial<S>;
  /** What asks for both, or why nothing can. Undefined values are no constraint on either side. */
  join(left: S, right: S): Joined<Partial<S>>;
  /** True when all that meets `made` meets `wanted` too. */
  implies(made: S, wanted: S): boolean;
  /** One concrete value, or why there is none. */
  choose(space: S): Joined<Partial<S>>;
  /** Equal texts for values with equal meaning. */
  identity(space: S): string;
  /** Equal texts for capabilities that meet the same requirements; `identity` where absent. */
  offer?(capability: S): string;
}

/** A space, or the reasons why it would be empty. */
export type Joined<S> =
  | { readonly ok: true; readonly space: S }
  | { readonly ok: false; readonly reasons: readonly Reason[] };

/** Why `capability` does not meet `requirement`, all aspects in one pass; empty when it does. */
export function checkAll<S>(aspects: readonly Aspect<S>[], requirement: S, capability: S): readonly Reason[] {
  return aspects.flatMap((aspect) => aspect.reasons(requirement, capability));
}

/** `requirement` with every aspect narrowed to what `capability` has. */
export function narrowAll<S extends object>(aspects: readonly Aspect<S>[], requirement: S, capability: S): Joined<S> {
  const reasons = checkAll(aspects, requirement, capability);
  if (reasons.length > 0) return { ok: false, reasons };
  const parts = aspects.map((aspect) => aspect.narrow(requirement, capability));
  return { ok: true, space: Object.assign({ ...requirement }, ...parts) };
}

/** What asks for both. */
export function joinAll<S extends object>(aspects: readonly Aspect<S>[], left: S, right: S): Joined<S> {
  return merged(
    left,
    aspects.map((aspect) => aspect.join(left, right)),
  );
}

/** One concrete value of every aspect that `space` mentions. */
export function chooseAll<S extends object>(aspects: readonly Aspect<S>[], space: S): Joined<S> {
  return merged(
    space,
    aspects.map((aspect) => aspect.choose(space)),
  );
}

function merged<S extends object>(base: S, parts: readonly Joined<Partial<S>>[]): Joined<S> {
  const reasons = parts.flatMap((part) => (part.ok ? [] : part.reasons));
  if (reasons.length > 0) return { ok: false, reasons };
  return { ok: true, space: Object.assign({ ...base }, ...parts.map((part) => (part.ok ? part.space : {}))) };
}

/** Equal texts for spaces with equal meaning. */
export const identityOf = <S>(aspects: readonly Aspect<S>[], space: S): string =>
  aspects.map((aspect) => aspect.identity(space)).join(";");
