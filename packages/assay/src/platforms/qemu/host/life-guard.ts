import { type ChildProcess, spawn } from "node:child_process";

/** Gathers the processes that it is told of, and kills those that are left when its input ends, which assay's end does. */
const PROGRAM = `all=
while read -r what pid; do
  if [ "$what" = guard ]; then all="$all $pid"; continue; fi
  left=
  for each in $all; do [ "$each" = "$pid" ] || left="$left $each"; done
  all=$left
done
[ -z "$all" ] || kill -9 $all`;

let guard: ChildProcess | undefined;

/**
 * Ends the process `pid` when assay ends, however it ends. For processes that change their user: there the kernel
 * forgets that it was asked to. Call the returned function when the process has ended.
 */
export function endWithAssay(pid: number): () => void {
  guard ??= startGuard();
  const { stdin } = guard;
  stdin?.write(`guard ${pid}\n`);
  return () => void stdin?.write(`release ${pid}\n`);
}

function startGuard(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", PROGRAM], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // One that cannot work is replaced for the next process; what it guarded is left to the next clean-up.
  const forget = () => {
    if (guard === child) guard = undefined;
  };
  child.on("error", forget);
  child.on("exit", forget);
  child.stdin?.on("error", forget);
  child.unref();
  // A pipe to a program of ours is a socket, which can be unreferenced like the process.
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}
