/** The items in an order that `seed` decides: the same one for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const left = [...items];
  const order: T[] = [];
  let state = seed;
  while (left.length > 0) {
    // The generator of "Numerical Recipes": its high bits are what is random in it.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    order.push(...left.splice(Math.floor((state / 2 ** 32) * left.length), 1));
  }
  return order;
}
