import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { HostExhausted, MissingDependency } from "../../errors/catalogue.ts";

/** How long another process may build before we stop waiting for it, in milliseconds. */
const patienceMs = 30 * 60_000;

/**
 * Takes the lock `path`, waiting while another process has it. The kernel keeps it for a child process that ends
 * when its input closes, so that it is free again however assay dies. `onWait` is called when waiting begins.
 * Throws HostExhausted after half an hour, and the signal's reason when aborted.
 */
export async function takeLock(
  path: string,
  { onWait, signal }: { readonly onWait: () => void; readonly signal?: AbortSignal | undefined },
): Promise<AsyncDisposable> {
  signal?.throwIfAborted();
  await mkdir(dirname(path), { recursive: true });
  const script = "flock --exclusive --nonblock 9 || { echo waiting; flock --exclusive 9; }; echo taken; exec cat";
  const child = spawn("sh", ["-c", `exec 9>"$1"; ${script}`, "sh", path], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const closed = once(child, "close");
  const release = async () => {
    child.stdin.destroy();
    await closed;
  };
  const outcome = Promise.withResolvers<"taken">();
  child.on("error", outcome.reject);
  child.on("close", () =>
    outcome.reject(
      new MissingDependency(`The lock '${path}' cannot be taken: 'flock' did not work.`, {
        help: "Check that the folder can be written, and install it with: sudo apt-get install util-linux",
      }),
    ),
  );
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("waiting")) onWait();
    if (text.includes("taken")) outcome.resolve("taken");
  });
  const deadline = AbortSignal.timeout(patienceMs);
  const giveUp = AbortSignal.any(signal === undefined ? [deadline] : [deadline, signal]);
  const abort = () => {
    const tooLong = new HostExhausted(
      `Another process has held the lock '${path}' for ${patienceMs / 60_000} minutes.`,
      {
        help: "See what the other build is doing, or end it.",
      },
    );
    outcome.reject(signal?.aborted === true ? signal.reason : tooLong);
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  giveUp.addEventListener("abort", abort, { once: true });
  try {
    await outcome.promise;
  } finally {
    giveUp.removeEventListener("abort", abort);
  }
  return { [Symbol.asyncDispose]: release };
}
