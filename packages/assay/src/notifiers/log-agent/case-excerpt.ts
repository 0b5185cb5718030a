import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { withoutCredentials } from "./without-credentials.ts";

const COMMANDS = "commands.ndjson";
/** What tells most of a failed case, in this order; further texts of the folder are left where they are. */
const FILES = [
  "case.log",
  "serial.log",
  COMMANDS,
  "diagnostics/dmesg.txt",
  "diagnostics/journal.txt",
  "diagnostics/failed-units.txt",
];
const SERIAL_OF_NODE = /^serial-.+\.log$/;
/** Read of each file, from its end. */
const READ_BYTES = 256 * 1024;
/** Lines that are kept from before the end of a file. */
const TROUBLE = /error|fail|panic|oops|BUG:|Call Trace|timed? ?out|refused|denied|segfault|not found|cannot|unable/i;
/** Of each line: what is longer is data. */
const LINE_LENGTH = 400;

export interface ExcerptOptions {
  readonly folder: string;
  readonly mask: (text: string) => string;
  /** Characters of the whole excerpt. */
  readonly mostCharacters: number;
}

/**
 * What the folder of a case says of its failure, of bounded size and without secrets: of each file the lines that sound
 * like trouble, and its end. Files that cannot be read are left out.
 */
export async function caseExcerpt({ folder, mask, mostCharacters }: ExcerptOptions): Promise<string> {
  const there = await readdir(folder).catch(() => []);
  const names = [...FILES, ...there.filter((name) => SERIAL_OF_NODE.test(name)).sort()];
  const parts: string[] = [];
  let left = mostCharacters;
  for (const [index, name] of names.entries()) {
    const text = await tailOf(join(folder, name));
    if (text === "") continue;
    // What earlier files leave of their share goes to later ones.
    const share = Math.floor(left / Math.max(1, Math.min(3, names.length - index)));
    const head = `=== ${name}\n`;
    const shown = withoutCredentials(mask(name === COMMANDS ? commandsOf(text) : text));
    const part = `${head}${telling(shown, share - head.length - 1)}\n`;
    parts.push(part);
    left -= part.length;
  }
  return parts.join("\n");
}

async function tailOf(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const from = Math.max(0, size - READ_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const text = buffer.toString("utf8", 0, bytesRead).trimEnd();
    // A line without its beginning says the wrong thing, and could hold the end of a secret.
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1 || text.length);
  } catch {
    return "";
  }
}

/** As a person would read them: secrets are found in text, not in JSON, where some of their characters are escaped. */
function commandsOf(ndjson: string): string {
  return ndjson
    .split("\n")
    .map((line) => {
      try {
        const { node, command, exitCode, outcome, stdout, stderr } = JSON.parse(line);
        const ended = exitCode === undefined ? JSON.stringify(outcome) : `exit ${exitCode}`;
        return `${node}$ ${command}\n${stdout}${stderr}[${ended}]`;
      } catch {
        return "";
      }
    })
    .join("\n");
}

/** Half for the lines that sound like trouble, the rest for the end. */
function telling(text: string, most: number): string {
  const lines = text.split("\n").map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line));
  const end = lastLines(lines, most / 2);
  const before = lines.slice(0, lines.length - end.length).filter((line) => TROUBLE.test(line));
  const used = end.join("\n").length;
  const trouble = lastLines(before, most - used - 16);
  return [...trouble, ...(trouble.length > 0 ? ["…"] : []), ...end].join("\n");
}

function lastLines(lines: readonly string[], most: number): readonly string[] {
  let left = most;
  let first = lines.length;
  while (first > 0 && left > (lines[first - 1]?.length ?? 0)) {
    first -= 1;
    left -= (lines[first]?.length ?? 0) + 1;
  }
  return lines.slice(first);
}
