/**
 * Bytes without secrets. What is not text is looked at as if it were: when a secret shows, the text without it is
 * kept and the bytes around it that are no text are lost, which is the lesser evil.
 */
export function maskBytes(bytes: Uint8Array, mask: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes).toString("utf8");
  const masked = mask(text);
  return masked === text ? bytes : Buffer.from(masked);
}

/**
 * Masks a stream that came in pieces. Where a secret lies across pieces these become one, which comes with the last of
 * them; all others stay as they came. Gives for each piece what takes its place, undefined for one that was joined to
 * a later one.
 */
export function maskPieces(
  pieces: readonly Uint8Array[],
  mask: (text: string) => string,
): readonly (Uint8Array | undefined)[] {
  const masked = (from: number, to: number): Uint8Array => maskBytes(Buffer.concat(pieces.slice(from, to)), mask);
  const isSafeCut = (from: number, cut: number, to: number): boolean =>
    Buffer.concat([masked(from, cut), masked(cut, to)]).equals(masked(from, to));
  const joined = (from: number, to: number): (Uint8Array | undefined)[] => [
    ...Array<undefined>(Math.max(0, to - from - 1)).fill(undefined),
    masked(from, to),
  ];
  const heal = (from: number, to: number): (Uint8Array | undefined)[] => {
    if (to - from <= 1) return joined(from, to).slice(0, to - from);
    const separately = pieces.slice(from, to).map((piece) => maskBytes(piece, mask));
    if (Buffer.concat(separately).equals(masked(from, to))) return separately;
    const middle = (from + to) >> 1;
    let low = middle;
    while (low > from && !isSafeCut(from, low, to)) low--;
    let high = Math.max(middle, low + 1);
    while (high < to && !isSafeCut(low, high, to)) high++;
    // Where both ends are the outer ones, no cut is safe and all is one piece.
    if (low === from && high === to) return joined(from, to);
    if (high === to) return [...heal(from, low), ...(low === from ? [] : heal(low, to))];
    return [...(low > from ? heal(from, low) : []), ...heal(low, high), ...heal(high, to)];
  };
  return heal(0, pieces.length);
}
