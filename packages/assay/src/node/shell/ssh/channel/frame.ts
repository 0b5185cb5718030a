import { constants } from "node:os";
import { quote, toShellText } from "../../command.ts";
import { renderCommand } from "../../command-line.ts";
import type { Ending } from "../../process.ts";
import type { Command, RunOptions } from "../../types.ts";

/** The line that runs a command on a command channel and reports its end under `id`. */
export type Frame = (id: string) => string;

/** bash repeats the command in its word about a death by signal, which has to fit into the pipe of 64 KiB. */
const longestText = 32 * 1024;
/** What one program argument may hold is 128 KiB (MAX_ARG_STRLEN, execve(2)); a longer text only a channel can take. */
const longestArgument = 100 * 1024;

/** Builtins of every sh that change nothing in the shell, so that they need no subshell. */
const harmlessBuiltins = new Set([":", "true", "false", "echo", "test", "[", "pwd"]);

/**
 * The frame for a command, or undefined when it needs an SSH channel of its own: it reads input, it may leave processes
 * behind that write into the next command's output, or it asks for the process id of its shell.
 */
export function frameFor(command: Command, options: RunOptions, isRoot: boolean): Frame | undefined {
  if (options.stdin !== undefined && options.stdin.length > 0) return undefined;
  const text = renderCommand(command, options, isRoot);
  if (mayLeaveProcesses(text) || ("kind" in command && command.text.includes("$$"))) return undefined;
  if (text.length > longestText && text.length < longestArgument) return undefined;
  if ("kind" in command || needsText(options, isRoot)) {
    const quoted = quote(text);
    return (id) => `_assay_eval ${id} ${quoted}\n`;
  }
  const words = toShellText(command);
  if (harmlessBuiltins.has(command[0])) return (id) => `${words} </dev/null 2>&4;_assay_end $? ${id}\n`;
  return (id) => `_assay_run ${id} ${words}\n`;
}

function needsText({ cwd, env, sudo }: RunOptions, isRoot: boolean): boolean {
  return cwd !== undefined || (env !== undefined && Object.keys(env).length > 0) || (sudo === true && !isRoot);
}

/** A wrong yes costs the time of an SSH channel, so that any `&` that is neither `&&` nor `>&` counts. */
function mayLeaveProcesses(text: string): boolean {
  return /\b(nohup|setsid|coproc|disown|start-stop-daemon)\b/.test(text) || text.replace(/&&|[<>]&/g, "").includes("&");
}

/** Reads the report behind the id: ` status how`. Undefined when it is none, so that the channel cannot be trusted. */
export function parseReport(report: string): Ending | undefined {
  const match = /^ (\d{1,3}) ([s?]?)$/.exec(report);
  if (match?.[1] === undefined) return undefined;
  const status = Number(match[1]);
  const signal = signalOfStatus(status);
  // sh says nothing about INT and PIPE, which every terminal user would find tiresome.
  const isSignalled = match[2] !== "" || signal === "SIGINT" || signal === "SIGPIPE";
  if (isSignalled && signal !== undefined) return { kind: "signalled", signal };
  return { kind: "exited", exitCode: status };
}

/** POSIX: the status of a command that died of signal n is 128 + n in dash, bash and busybox alike. */
function signalOfStatus(status: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
}
