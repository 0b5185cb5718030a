/** Shorter secrets would mask ordinary words; upstream masks nothing that short either. */
const SHORTEST_SECRET = 3;

/** The base64 of a shorter secret could be a part of any other base64. */
const SHORTEST_ENCODED = 6;

/**
 * Gives a function that replaces every occurrence of a secret by `******`, or by what `shown` has for it, also where it
 * is quoted or encoded. It stands at the places where text leaves assay: the journal, case files and the command line's
 * JSON.
 */
export function makeMask(
  secrets: Iterable<string>,
  shown: ReadonlyMap<string, string> = new Map(),
): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  if (known.length === 0) {
    return (text) => text;
  }
  const forms = new Map(known.flatMap((secret) => otherForms(secret).map((form): [string, string] => [form, secret])));
  for (const secret of known) forms.set(secret, secret);
  // Longest first, so that a secret that contains another one is masked as a whole.
  const alternatives = [...forms.keys()].sort((a, b) => b.length - a.length).map((form) => RegExp.escape(form));
  const pattern = new RegExp(alternatives.join("|"), "g");
  return (text) => text.replace(pattern, (form) => shown.get(forms.get(form) ?? form) ?? "******");
}

/** As a secret looks inside JSON, an address, a shell's quotes and base64. */
function otherForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = secret.length < SHORTEST_ENCODED ? [] : [bytes.toString("base64"), bytes.toString("base64url")];
  return [
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    secret.replaceAll("'", `'\\''`),
    ...encoded.map((form) => form.replace(/=+$/, "")),
  ];
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
