import type { CountSpace } from "../runbook/requirement.ts";

/** How many of something a case needs. A bare number means so many or more. */
export type Count = number | CountSpace;

/** `count` and more. */
export const atLeast = (count: number): CountSpace => [{ minimum: count, maximum: Number.POSITIVE_INFINITY }];

/** `count` and no other number. */
export const exactly = (count: number): CountSpace => [{ minimum: count, maximum: count }];

/** From `minimum` to `maximum`, both included. Throws RangeError when there is nothing between them. */
export function between(minimum: number, maximum: number): CountSpace {
  if (minimum <= maximum) return [{ minimum, maximum }];
  throw new RangeError(`There is no number from ${minimum} to ${maximum}.`);
}
