import type { Node, ShellText } from "assay";
import { CommandFailed, UnexpectedOutput } from "assay";

/** What one part of a gathering script printed (stdout and stderr together) and how it ended. */
export interface Gathered {
  readonly text: string;
  readonly exitCode: number;
}

// Record and unit separators: kernel logs, config files and /proc never print them raw.
const OPEN = "\u001e";
const CLOSE = "\u001f";

/** One shell script that runs every part in a subshell of its own and frames what it prints. */
export function gatherScript(parts: Readonly<Record<string, ShellText>>): string {
  return Object.entries(parts)
    .map(
      ([name, part]) => `printf '\\036%s\\n' '${name}'\n(\n${part.text}\n) 2>&1 </dev/null\nprintf '\\037%d\\n' "$?"\n`,
    )
    .join("");
}

/** Splits the output of {@link gatherScript}; throws UnexpectedOutput when a part is missing. */
export function parseGathered<Name extends string>(output: string, names: readonly Name[]): Record<Name, Gathered> {
  const found = new Map<string, Gathered>();
  for (const frame of output.split(OPEN).slice(1)) {
    const endOfName = frame.indexOf("\n");
    const endOfText = frame.lastIndexOf(CLOSE);
    found.set(frame.slice(0, endOfName), {
      text: frame.slice(endOfName + 1, endOfText),
      exitCode: Number(frame.slice(endOfText + 1).trim()),
    });
  }
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined) {
    throw new UnexpectedOutput(`The part '${missing}' is missing in what the guest printed: ${output.slice(-200)}`);
  }
  return Object.fromEntries(found) as Record<Name, Gathered>;
}

/**
 * Runs several pieces of shell text as root in one round trip; a part that fails does not stop the others. Throws
 * CommandFailed when the script as a whole did not get through. Part names must be plain words.
 */
export async function gather<Name extends string>(
  node: Node,
  parts: Readonly<Record<Name, ShellText>>,
): Promise<Record<Name, Gathered>> {
  const names = Object.keys(parts) as Name[];
  const completed = await node.run({ kind: "shell-text", text: gatherScript(parts) }, { sudo: true });
  if (completed.exitCode !== 0 || completed.isTruncated) {
    throw new CommandFailed(
      `Gathering ${names.map((name) => `'${name}'`).join(", ")} on '${node.name}' ended with ${completed.outcome.kind}` +
        ` ${completed.exitCode ?? ""}: ${completed.stderr.slice(-500)}`,
      completed.exitCode,
    );
  }
  return parseGathered(completed.stdout, names);
}
