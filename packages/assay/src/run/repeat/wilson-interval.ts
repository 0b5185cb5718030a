/** Of the normal distribution: 95 % lie within so many standard deviations. */
const Z = 1.959_963_984_540_054;

/**
 * The interval that holds the true rate in 95 of 100 such experiments, after `hits` of `tries` (Wilson, 1927). Unlike the
 * usual approximation it is right for few tries and for rates near 0 and 1, which is what repeating a case gives.
 */
export function wilsonInterval(hits: number, tries: number): { readonly low: number; readonly high: number } {
  if (tries === 0) return { low: 0, high: 1 };
  const rate = hits / tries;
  const square = (Z * Z) / tries;
  const centre = (rate + square / 2) / (1 + square);
  const half = (Z * Math.sqrt((rate * (1 - rate)) / tries + square / (4 * tries))) / (1 + square);
  // At the ends the formula gives 0 and 1 but for rounding.
  return { low: hits === 0 ? 0 : centre - half, high: hits === tries ? 1 : centre + half };
}
