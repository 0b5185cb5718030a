/** Reads `NAME=value` lines of os-release(5), whose values may be quoted as in a shell. Other lines are left out. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquote(match[2]));
  }
  return values;
}

function unquote(value: string): string {
  const single = /^'(.*)'$/.exec(value);
  if (single?.[1] !== undefined) return single[1];
  const double = /^"(.*)"$/.exec(value);
  return (double?.[1] ?? value).replace(/\\(["$`\\])/g, "$1");
}
