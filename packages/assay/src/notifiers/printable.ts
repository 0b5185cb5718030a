/** ANSI and VT100 sequences: CSI, OSC (ended by BEL or ST), and two-character escapes. Guests colour their consoles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about.
const TERMINAL_SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

/** Characters that would be invisible or reorder what stands around them: C0, DEL, C1, bidirectional controls, BOM. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about.
const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Makes text from a guest safe to look at: terminal sequences are removed, line ends become `\n`, control characters
 * become visible (U+2400 pictures or `<U+202E>`), and lone surrogates become U+FFFD. Never throws.
 */
export function printable(text: string): string {
  return text
    .replace(TERMINAL_SEQUENCES, "")
    .replace(/\r+\n|\r/g, "\n")
    .replace(HIDDEN, picture)
    .toWellFormed();
}

/** `printable` text on one line: line ends and tabs become single blanks. */
export const printableLine = (text: string): string => printable(text).replace(/\s+/g, " ").trim();

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
