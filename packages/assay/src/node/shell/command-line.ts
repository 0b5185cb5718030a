import { shellBuiltins } from "./builtins.ts";
import { quote, sh, toShellText } from "./command.ts";
import type { Command, RunOptions } from "./types.ts";

/**
 * What every command is started with, on every kind of shell: messages in English, since tools parse them, and the
 * administrator's folders on the search path, which logins without a terminal often lack (Debian's sshd among them).
 */
export const shellPreamble =
  'LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export LC_ALL PATH; unset LANGUAGE LC_MESSAGES';

/**
 * The command with its working folder, environment and sudo as one shell text. All shells run this same text with a
 * POSIX sh, so a command means the same thing everywhere; an argv whose program is a builtin of sh runs the builtin.
 */
export function renderCommand(
  command: Command,
  options: Pick<RunOptions, "cwd" | "env" | "sudo">,
  isRoot: boolean,
): string {
  const environment = Object.entries(options.env ?? {});
  for (const [name] of environment) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`'${name}' is no name of an environment variable.`);
  }
  const folder = options.cwd === undefined ? "" : `cd ${quote(options.cwd)} || exit\n`;
  if (options.sudo !== true || isRoot) {
    const exports = environment.map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
    return `${folder}${exports}${inPlace(command)}`;
  }
  // sudo resets the environment, so the variables go through env(1) behind it; and the folder may be root's alone.
  const variables = environment.map(([name, value]) => `${name}=${value}`);
  const needsShell = folder !== "" || "kind" in command;
  const program = needsShell ? sh`sh -c ${folder + inPlace(command)}` : sh`${[...command]}`;
  return sh`exec sudo -n env ${["LC_ALL=C", ...variables]} ${program}`.text;
}

/** A program takes the place of its shell, which saves a process and lets its death by a signal be seen as such. */
function inPlace(command: Command): string {
  const text = toShellText(command);
  return "kind" in command || shellBuiltins.has(command[0]) ? text : `exec ${text}`;
}
