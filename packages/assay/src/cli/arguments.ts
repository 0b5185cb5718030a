/** Options of all commands that take a value; needed to tell a value from the name of a command. */
export const WITH_VALUE: ReadonlySet<string> = new Set([
  "-r",
  "--runbook",
  "-v",
  "--variable",
  "-l",
  "--log_path",
  "-i",
  "--id",
  "-t",
  "--type",
  "--cmdline",
  "--diagnostics",
  "--format",
  "--host-limit",
  "--image",
  "--image-checksum",
  "--initrd",
  "--kernel",
  "--limit",
  "--output",
  "--platform",
  "--pollution",
  "--repeat-failures",
  "--schedule",
]);

/**
 * Puts the command first: `-r x run -v a:1` becomes `run -r x -v a:1`, and `-r x` alone becomes `run -r x`, because
 * LISA's users put options on either side and leave `run` out. Options keep their order, so that later ones win.
 */
export function commandFirst(argv: readonly string[], commands: ReadonlySet<string>): readonly string[] {
  let index = 0;
  while (index < argv.length) {
    const argument = argv[index] ?? "";
    if (!argument.startsWith("-")) {
      break;
    }
    index += WITH_VALUE.has(argument) ? 2 : 1;
  }
  const command = argv[index];
  if (command !== undefined) {
    return commands.has(command) ? [command, ...argv.slice(0, index), ...argv.slice(index + 1)] : argv;
  }
  const asksAboutAssay = argv.some((argument) => ["-h", "--help", "-V", "--version"].includes(argument));
  return argv.length === 0 || asksAboutAssay ? argv : ["run", ...argv];
}
