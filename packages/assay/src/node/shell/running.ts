import { ByteQueue } from "./byte-queue.ts";
import { defaultTimeoutMs } from "./outcome.ts";
import type { Process, StartProcess } from "./process.ts";
import { endedWithin, supervise } from "./supervise.ts";
import type { Command, Running, SpawnOptions } from "./types.ts";

/** Time between TERM and KILL. */
const graceMs = 5_000;

/** Starts a command whose output is streamed; the caller's `await using` ends it. */
export async function startRunning(command: Command, options: SpawnOptions, start: StartProcess): Promise<Running> {
  const startedAtMs = performance.now();
  let process: Process | undefined;
  const stdout = new ByteQueue(updateFlow);
  const stderr = new ByteQueue(updateFlow);
  const started = await start({
    onStdout: (chunk) => stdout.push(chunk),
    onStderr: (chunk) => stderr.push(chunk),
  });
  process = started;
  updateFlow();
  const supervised = supervise(started, { timeoutMs: options.timeoutMs ?? defaultTimeoutMs, signal: options.signal });
  const completed = supervised.then((outcome) => {
    stdout.end();
    stderr.end();
    return {
      command,
      outcome,
      exitCode: outcome.kind === "exited" ? outcome.exitCode : undefined,
      durationMs: performance.now() - startedAtMs,
      isTruncated: false,
    };
  });

  let killing: Promise<void> | undefined;
  const kill = () => {
    killing ??= killGroup(started);
    return killing;
  };
  return {
    stdout,
    stderr,
    write: (data) => started.write(data),
    endInput: () => started.endInput(),
    kill,
    completed,
    [Symbol.asyncDispose]: kill,
  };

  function updateFlow(): void {
    if (stdout.isFull || stderr.isFull) process?.pause();
    else process?.resume();
  }
}

async function killGroup(process: Process): Promise<void> {
  // Nobody may be reading any more; what is still in the way must not keep the process alive.
  process.resume();
  let hasEnded = false;
  void process.ended.then(() => {
    hasEnded = true;
  });
  await Promise.resolve();
  if (hasEnded) return;
  await process.signal("TERM");
  if ((await endedWithin(process.ended, graceMs)) !== undefined) return;
  await process.signal("KILL");
  await endedWithin(process.ended, graceMs);
}
