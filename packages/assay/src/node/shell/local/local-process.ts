import { spawn } from "node:child_process";
import { endSessionScript } from "../end-session.ts";
import type { Ending, Process, ProcessSinks } from "../process.ts";

/** How long output may come after the process itself has ended, from children that it left behind. */
const drainMs = 1_000;
const killLimitMs = 10_000;

/** Starts `sh -c text` in a session of its own, so that all its children can be ended with it. */
export function startLocalProcess(text: string, sinks: ProcessSinks): Process {
  const child = spawn("sh", ["-c", text], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  child.stdout.on("data", sinks.onStdout);
  child.stderr.on("data", sinks.onStderr);
  // A process that does not read its input is no error; its exit code tells what matters.
  child.stdin.on("error", () => {});
  child.once("error", (error) => end({ kind: "connection-lost", reason: error.message }));
  child.once("exit", (exitCode, signal) => {
    const ending: Ending =
      signal === null ? { kind: "exited", exitCode: exitCode ?? 0 } : { kind: "signalled", signal: String(signal) };
    const timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
      end(ending);
    }, drainMs);
    child.once("close", () => {
      clearTimeout(timer);
      end(ending);
    });
  });
  return {
    ended,
    write: (data) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      child.stdin.write(data, () => resolve());
      return promise;
    },
    endInput: () => child.stdin.end(),
    pause: () => {
      child.stdout.pause();
      child.stderr.pause();
    },
    resume: () => {
      child.stdout.resume();
      child.stderr.resume();
    },
    signal: async (signal) => {
      if (child.pid !== undefined) await endSession(child.pid, signal);
    },
  };
}

/** Signals the whole session; through sudo where that works without a password, as its members may be root's. */
function endSession(sessionId: number, signal: "TERM" | "KILL"): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const script = endSessionScript(sessionId, signal);
  const text = process.getuid?.() === 0 ? script : 'sudo -n sh -c "$0" 2>/dev/null || sh -c "$0"';
  const killer = spawn("sh", ["-c", text, script], { stdio: "ignore", timeout: killLimitMs, killSignal: "SIGKILL" });
  killer.once("error", () => resolve());
  killer.once("close", () => resolve());
  return promise;
}
