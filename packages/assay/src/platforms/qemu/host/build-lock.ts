import { connect } from "node:net";
import { lockAddress, tryLock } from "../../../host/machine-lock.ts";

/** Takes a lock that all assays of this user on this machine see; those who wait for it are told at once. */
export async function takeLock(
  name: string,
  options: { readonly signal: AbortSignal; readonly onWait?: () => void },
): Promise<AsyncDisposable> {
  const address = lockAddress(`${process.getuid?.() ?? 0} ${name}`);
  let hasWaited = false;
  for (;;) {
    options.signal.throwIfAborted();
    const holder = await tryLock(address);
    if (holder !== undefined) return holder;
    if (!hasWaited) options.onWait?.();
    hasWaited = true;
    await waitForHolder(address, options.signal);
  }
}

async function waitForHolder(address: string, signal: AbortSignal): Promise<void> {
  const socket = connect(address);
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve) => {
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
    });
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
  signal.throwIfAborted();
}
