import { HostExhausted, PlatformError } from "../../../errors/catalogue.ts";
import type { ServedFolder } from "../virtiofs/served-folder.ts";
import type { QmpClient } from "./qmp-client.ts";

/** The parts of a machine that tell how it is. */
interface Watched {
  readonly qmp: QmpClient;
  /** Resolves with QEMU's last words. */
  readonly ended: Promise<string>;
  /** The folder that a daemon serves to it; absent for a machine without one. */
  readonly served?: Pick<ServedFolder, "ended" | "share"> | undefined;
}

/** A QEMU that ends closes its monitor first, and tells why within milliseconds. */
const END_AFTER_MONITOR_MS = 2000;

const FREE_DISK = "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.";

/**
 * Calls `tell` with the reason as soon as `machine` cannot go on: its disk failed on the host, its QEMU ended, its
 * QEMU lives and listens no more, or nobody serves its shared folder. Returns a function that ends the watch.
 */
export function watchDeath(
  machine: Watched,
  name: string,
  tell: (death: HostExhausted | PlatformError) => void,
): () => void {
  const stopListening = machine.qmp.onEvent(({ event, data }) => {
    if (event !== "BLOCK_IO_ERROR" || data.action !== "stop") return;
    const why = String(data.reason ?? "input/output error");
    // QEMU has stopped the guest, which knows nothing of it and would never answer again.
    tell(
      data.nospace === true
        ? new HostExhausted(`The disk of the host is full; the machine '${name}' was stopped.`, { help: FREE_DISK })
        : new PlatformError(`The disk of the machine '${name}' failed on the host: ${why}.`),
    );
  });
  let isWatching = true;
  let grace: NodeJS.Timeout | undefined;
  let graceOfFolder: NodeJS.Timeout | undefined;
  void machine.ended.then((words) => {
    clearTimeout(grace);
    if (isWatching) tell(endOf(name, words));
  });
  void machine.qmp.closed.then(() => {
    if (!isWatching) return;
    grace = setTimeout(() => {
      const help = "Its process still ran and is ended with the environment; look at its 'qemu.log'.";
      const message = `The machine '${name}' cannot be controlled any more: its QEMU closed its monitor.`;
      if (isWatching) tell(new PlatformError(message, { isTransient: true, help }));
    }, END_AFTER_MONITOR_MS);
  });
  void machine.served?.ended.then((words) => {
    if (!isWatching) return;
    const lost = lostFolder(name, machine.served?.share.path ?? "", words);
    // With its QEMU the daemon ends too; that is told above.
    graceOfFolder = setTimeout(() => isWatching && tell(lost), END_AFTER_MONITOR_MS);
    void machine.qmp.closed.then(() => clearTimeout(graceOfFolder));
  });
  return () => {
    isWatching = false;
    clearTimeout(graceOfFolder);
    clearTimeout(grace);
    stopListening();
  };
}

/** QEMU tells nobody and connects to no other daemon. */
function lostFolder(name: string, path: string, words: string): PlatformError {
  const said = words === "" ? "It said nothing." : `Its last words: ${words}`;
  return new PlatformError(`The machine '${name}' lost the folder '${path}': its virtiofsd ended on its own. ${said}`, {
    isTransient: true,
    help: "What touches the folder in the guest waits for ever, so the machine is given up; look at its 'virtiofsd.log'.",
  });
}

function endOf(name: string, words: string): HostExhausted | PlatformError {
  // The memory of guests is a file: where it has no room, the write to it is a signal.
  if (words.includes("killed by SIGBUS")) {
    return new HostExhausted(`The disk of the host has no room for the memory of the machine '${name}'.`, {
      help: FREE_DISK,
    });
  }
  const said = words === "" ? "It said nothing." : `Its last words: ${words}`;
  return new PlatformError(`The machine '${name}' died: its QEMU ended on its own. ${said}`, {
    isTransient: true,
    ...(words.includes("killed by SIGKILL")
      ? { help: "If nobody killed it, the host had no memory left for it: look at 'dmesg'." }
      : {}),
  });
}
