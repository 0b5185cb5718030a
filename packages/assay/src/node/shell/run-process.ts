import { ByteCollector } from "./byte-collector.ts";
import { completed, defaultMaxOutputBytes, defaultTimeoutMs } from "./outcome.ts";
import type { StartProcess } from "./process.ts";
import { supervise } from "./supervise.ts";
import type { Command, Completed, RunOptions } from "./types.ts";

/** Runs a command in a process of its own to its end and gathers what it wrote. */
export async function runProcess(command: Command, options: RunOptions, start: StartProcess): Promise<Completed> {
  const startedAtMs = performance.now();
  const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
  const stdout = new ByteCollector(maxBytes);
  const stderr = new ByteCollector(maxBytes);
  const process = await start({
    onStdout: (chunk) => stdout.add(chunk),
    onStderr: (chunk) => stderr.add(chunk),
  });
  // Not awaited: a command that never reads its input still ends on its own or at the deadline.
  void feed();
  const outcome = await supervise(process, {
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    signal: options.signal,
  });
  return completed(command, outcome, startedAtMs, stdout, stderr);

  async function feed(): Promise<void> {
    if (options.stdin !== undefined) await process.write(options.stdin);
    process.endInput();
  }
}

/** What `run` gives when it was aborted or lost before the command could start. */
export function notStarted(command: Command, outcome: Completed["outcome"]): Completed {
  return completed(command, outcome, performance.now(), new ByteCollector(0), new ByteCollector(0));
}
