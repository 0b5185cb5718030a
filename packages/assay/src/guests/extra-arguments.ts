/** The key `extra_args` of a guest's entry: a list of arguments, or a line of words with quotes as a shell reads them. */
export function extraArguments(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "string") return [];
  const words = value.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single ?? ""));
}
