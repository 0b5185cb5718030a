import ignorable from "./ignorable-boot-messages.json" with { type: "json" };

/** Words that make a line of a boot log worth reading. Case matters, as upstream has it. */
const TROUBLE = /fail|error|warning/;

const IGNORABLE: readonly RegExp[] = ignorable.map(({ pattern }) => new RegExp(pattern));

/**
 * Lines of a boot log that speak of failures, errors or warnings and are not on the list of harmless ones
 * (`ignorable-boot-messages.json` and `alsoIgnorable`, regular expressions). Each line is given once.
 */
export function troublingLines(log: string, alsoIgnorable: readonly RegExp[] = []): string[] {
  const ignored = [...IGNORABLE, ...alsoIgnorable];
  const lines = log.split("\n").filter((line) => TROUBLE.test(line) && !ignored.some((pattern) => pattern.test(line)));
  return [...new Set(lines.map((line) => line.trim()))];
}
