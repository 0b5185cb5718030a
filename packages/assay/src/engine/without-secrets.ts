/**
 * The error with the secrets taken out of all that it says, its causes too. It stays the same object, because callers
 * know errors by what they are.
 */
export function withoutSecrets(error: unknown, mask: (text: string) => string): unknown {
  const met = new Set<unknown>();
  for (let each = error; each instanceof Error && !met.has(each); each = each.cause) {
    met.add(each);
    for (const part of Reflect.ownKeys(each)) {
      const text: unknown = Reflect.get(each, part);
      if (typeof text === "string" && mask(text) !== text) Reflect.set(each, part, mask(text));
    }
  }
  return error;
}
