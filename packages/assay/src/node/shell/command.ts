import type { Command, ShellText } from "./types.ts";

/** What may stand in a `sh` template: one word, several words, or shell text that was made by `sh` itself. */
export type Interpolation = string | number | readonly (string | number)[] | ShellText;

const plainWord = /^[A-Za-z0-9_/.:@%+,-]+$/;
const plainOption = /^--?[A-Za-z0-9_/.:@%+,=-]+$/;

/** Quotes one word for a POSIX shell. Throws TypeError for a NUL, which no program argument can hold. */
export function quote(word: string | number): string {
  const text = String(word);
  if (plainWord.test(text) || plainOption.test(text)) return text;
  return singleQuote(text);
}

function singleQuote(text: string): string {
  if (text.includes("\0")) throw new TypeError("A shell word cannot hold a NUL character.");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function isShellText(value: unknown): value is ShellText {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "shell-text";
}

function interpolate(value: Interpolation): string {
  if (typeof value === "string" || typeof value === "number") return quote(value);
  if (isShellText(value)) return value.text;
  return value.map(quote).join(" ");
}

/**
 * Shell text in which every interpolated value is quoted: strings and numbers as one word, arrays as several words,
 * other `sh` text as it is. The static parts are taken raw, so that `\n` and `\\` reach the shell as written.
 *
 * @example sh`grep -c ${pattern} ${file} | sort`
 */
export function sh(strings: TemplateStringsArray, ...values: readonly Interpolation[]): ShellText {
  const text = strings.raw.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + interpolate(value);
  });
  return { kind: "shell-text", text: text.join("") };
}

/** The command as text for a POSIX shell, to be executed. */
export function toShellText(command: Command): string {
  if (isShellText(command)) return command.text;
  const [program, ...args] = command;
  // The program is always quoted, so that it is never read as an assignment or a reserved word.
  return [singleQuote(program), ...args.map(quote)].join(" ");
}

/** The command as one would type it, for logs and messages, with `secrets` masked. */
export function describeCommand(command: Command, secrets: readonly string[] = []): string {
  let text = isShellText(command) ? command.text : command.map(quote).join(" ");
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, "******");
  return text;
}
