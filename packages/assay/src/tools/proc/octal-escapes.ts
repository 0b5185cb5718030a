/** Undoes the escapes of /proc/mounts and /proc/swaps, where blanks and backslashes stand as `\040` and `\134`. */
export function decodeOctalEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  // Bytes of UTF-8 may be escaped one by one, so they are put together before they are decoded.
  const bytes: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const part of text.split(/(\\[0-3][0-7]{2})/)) {
    const [, octal] = /^\\([0-3][0-7]{2})$/.exec(part) ?? [];
    bytes.push(octal === undefined ? encoder.encode(part) : Uint8Array.of(Number.parseInt(octal, 8)));
  }
  return new TextDecoder().decode(Buffer.concat(bytes));
}
