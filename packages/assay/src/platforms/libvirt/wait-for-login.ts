import { BootFailed, LoginRefused, NodeUnreachable } from "../../errors/catalogue.ts";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import type { SshSettings } from "../../node/shell/ssh/settings.ts";
import type { Shell } from "../../node/shell/types.ts";
import type { BootableImage } from "../qemu/boot-way.ts";
import { findDeadEnd } from "../qemu/machine/boot.ts";
import { refusedFirstLogin } from "../qemu/machine/first-login.ts";
import { consoleTail } from "../qemu/machine/serial-port.ts";
import type { Domain } from "./domain/domain.ts";

export interface LoginWait {
  readonly image: BootableImage;
  readonly target: Omit<SshSettings, "waitUntilReadyMs" | "signal">;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Longer than what any dead end looks like, so that none is missed where two chunks meet. */
const OVERLAP = 200;

/** Waits until a booting guest takes a login. Throws BootFailed, with the end of the console, as soon as it never will. */
export async function waitForLogin(domain: Domain, wait: LoginWait): Promise<Shell> {
  const { image, signal, target, timeoutMs } = wait;
  const failed = new AbortController();
  let recent = "";
  const stopFollowing = domain.console.follow((text) => {
    recent = (recent.slice(-OVERLAP) + text).slice(-16_384);
    const deadEnd = findDeadEnd(recent);
    if (deadEnd !== undefined) failed.abort(deadEnd);
  });
  let isWaiting = true;
  void domain.died.then((words) => {
    if (isWaiting) failed.abort({ reason: `libvirt tells: ${words}` });
  });
  try {
    return await connectSsh({
      ...target,
      waitUntilReadyMs: timeoutMs,
      signal: AbortSignal.any([signal, failed.signal]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const tail = consoleTail(await domain.console.log());
    const shown = tail === "" ? "The console stayed empty." : `The console ends with:\n${tail}`;
    if (failed.signal.aborted) {
      const { isTransient = false, reason } = failed.signal.reason as { reason: string; isTransient?: boolean };
      const help = "Check that the image is bootable with this firmware ('firmware_type' under 'platform.libvirt').";
      throw new BootFailed(`The image '${image.name}' does not boot: ${reason}. ${shown}`, tail, { isTransient, help });
    }
    if (error instanceof LoginRefused) {
      const { help, what } = refusedFirstLogin(image.way);
      const message = `The image '${image.name}' boots, but refuses user '${target.username}' with ${what}. ${shown}`;
      throw new BootFailed(message, tail, { help, cause: error });
    }
    if (error instanceof NodeUnreachable) {
      const limit = `${Math.round(timeoutMs / 1000)} s`;
      const message = `The image '${image.name}' did not answer on SSH within ${limit} of power-on. ${shown}`;
      const help = "Raise 'boot_timeout' under 'platform.libvirt' if it was still booting; else look at its console.";
      throw new BootFailed(message, tail, { help, cause: error });
    }
    throw error;
  } finally {
    isWaiting = false;
    stopFollowing();
  }
}
