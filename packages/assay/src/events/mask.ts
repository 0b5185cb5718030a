/** Shorter secrets would mask ordinary words; upstream masks nothing that short either. */
const SHORTEST_SECRET = 3;

/**
 * Gives a function that replaces every occurrence of a secret by `******`, or by what `shown` has for it. It stands at the places where text leaves
 * assay: the journal, case files and the command line's JSON.
 */
export function makeMask(
  secrets: Iterable<string>,
  shown: ReadonlyMap<string, string> = new Map(),
): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  if (known.length === 0) {
    return (text) => text;
  }
  // Longest first, so that a secret that contains another one is masked as a whole.
  const alternatives = known.sort((a, b) => b.length - a.length).map((secret) => RegExp.escape(secret));
  const pattern = new RegExp(alternatives.join("|"), "g");
  return (text) => text.replace(pattern, (secret) => shown.get(secret) ?? "******");
}

/** Applies `mask` to every string inside a JSON-like value. */
export function maskDeep<T>(value: T, mask: (text: string) => string): T {
  if (typeof value === "string") {
    return mask(value) as T;
  }
  if (Array.isArray(value)) {
    return value.map((item) => maskDeep(item, mask)) as T;
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item, mask)])) as T;
  }
  return value;
}
