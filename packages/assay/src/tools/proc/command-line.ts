/** The arguments the kernel was booted with, from /proc/cmdline. */
export interface KernelCommandLine {
  readonly text: string;
  readonly arguments: readonly KernelArgument[];
}

/** `name` or `name=value`. */
export interface KernelArgument {
  readonly name: string;
  readonly value: string | undefined;
}

/** Parses /proc/cmdline. Double quotes keep blanks inside an argument, as in the kernel's own parser. */
export function parseCommandLine(text: string): KernelCommandLine {
  const words = text.trim().match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  return {
    text: text.trim(),
    arguments: words.map((word) => {
      const plain = word.replaceAll('"', "");
      const at = plain.indexOf("=");
      return at < 0 ? { name: plain, value: undefined } : { name: plain.slice(0, at), value: plain.slice(at + 1) };
    }),
  };
}

/** All values of an argument in their order, such as those of `console`; an argument without value counts as "". */
export function valuesOf(line: KernelCommandLine, name: string): string[] {
  return line.arguments.filter((argument) => argument.name === name).map(({ value }) => value ?? "");
}

/** Whether `argument`, either `name` or `name=value`, was given. */
export function hasArgument(line: KernelCommandLine, argument: string): boolean {
  return line.arguments.some(({ name, value }) => (value === undefined ? name : `${name}=${value}`) === argument);
}
