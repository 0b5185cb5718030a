/**
 * What consoles mix into their lines: control sequences (ECMA-48 CSI), character set switches, terminal requests, and
 * carriage returns.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character.
const CONTROL_SEQUENCES = /\u001b\[[0-9;?=]*[A-Za-z]|\u001b[()][A-Z0-9]|\u001b[c=>]|\r/g;

/** Console text as lines without terminal control sequences. */
export function consoleLines(text: string): string[] {
  return text.replace(CONTROL_SEQUENCES, "").split("\n");
}
