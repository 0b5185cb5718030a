import { BootFailed, LoginRefused, NodeUnreachable } from "../../../errors/catalogue.ts";
import { connectSsh } from "../../../node/shell/ssh/connect-ssh.ts";
import type { HostKeyPin } from "../../../node/shell/ssh/host-key-pin.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { consoleLines } from "../../../os/console-text.ts";
import type { Machine } from "./machine.ts";
import { consoleTail } from "./serial-port.ts";

export interface BootOptions {
  /** The image's name, for messages. */
  readonly image: string;
  readonly username: string;
  readonly privateKey: string;
  readonly hostKey: HostKeyPin;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a console shows when a boot cannot come to a login any more, and what that means. */
const DEAD_ENDS: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /Kernel panic - not syncing/, reason: "the kernel panicked" },
  { pattern: /^\s*\(initramfs\)/m, reason: "the initramfs found no root file system and fell into its prompt" },
  { pattern: /grub rescue>/, reason: "GRUB did not find its own files and fell into its rescue prompt" },
  { pattern: /^grub>/m, reason: "GRUB found nothing to boot and fell into its prompt" },
  { pattern: /No bootable device/, reason: "the BIOS found nothing to boot on the disk" },
  {
    pattern: /BdsDxe: No bootable option or device was found/,
    reason: "the UEFI firmware found nothing to boot on the disk",
  },
  {
    pattern: /starting Boot\w+ "EFI Internal Shell"|^Shell>/m,
    reason: "the UEFI firmware found nothing to boot on the disk and fell into its shell",
  },
  { pattern: /You are in emergency mode/, reason: "systemd fell into emergency mode" },
];
/** Longer than any of the patterns, so that none is missed where two chunks meet. */
const OVERLAP = 200;

/** Why the console says that this boot is lost; undefined while there is hope. */
export function findDeadEnd(consoleText: string): string | undefined {
  const plain = consoleLines(consoleText).join("\n");
  return DEAD_ENDS.find(({ pattern }) => pattern.test(plain))?.reason;
}

/**
 * Waits until the booting guest takes a login. Throws BootFailed, with the end of the console, as soon as the guest
 * dies or shows that it never will, or when `timeoutMs` is over.
 */
export async function bootToLogin(machine: Machine, options: BootOptions): Promise<Shell> {
  const failed = new AbortController();
  let recent = "";
  const stopFollowing = machine.serial.follow((text) => {
    recent = (recent.slice(-OVERLAP) + text).slice(-16_384);
    const reason = findDeadEnd(recent);
    if (reason !== undefined) failed.abort(reason);
  });
  let isWaiting = true;
  void machine.ended.then((words) => {
    if (isWaiting) failed.abort(`QEMU ended: ${words || "without a word"}`);
  });
  try {
    return await connectSsh({
      address: "127.0.0.1",
      port: machine.sshPort,
      username: options.username,
      privateKey: options.privateKey,
      hostKey: options.hostKey,
      waitUntilReadyMs: options.timeoutMs,
      signal: AbortSignal.any([options.signal, failed.signal]),
    });
  } catch (error) {
    options.signal.throwIfAborted();
    const tail = consoleTail(await machine.serial.log().catch(() => ""));
    throw bootFailure(options, failed.signal.aborted ? String(failed.signal.reason) : error, tail);
  } finally {
    isWaiting = false;
    stopFollowing();
  }
}

function bootFailure(options: BootOptions, why: unknown, tail: string): unknown {
  const shown = tail === "" ? "The console stayed empty." : `The console ends with:\n${tail}`;
  if (typeof why === "string") {
    return new BootFailed(`The image '${options.image}' does not boot: ${why}. ${shown}`, tail, {
      help: "Check that the image is bootable with this firmware ('firmware_type' under 'platform.qemu': uefi or bios).",
    });
  }
  if (why instanceof LoginRefused) {
    return new BootFailed(
      `The image '${options.image}' boots, but refuses user '${options.username}' with the key of its cloud-init seed. ${shown}`,
      tail,
      { help: "Check that the image holds cloud-init with the NoCloud data source enabled.", cause: why },
    );
  }
  if (why instanceof NodeUnreachable) {
    const limit = `${Math.round(options.timeoutMs / 1000)} s`;
    return new BootFailed(
      `The image '${options.image}' did not answer on SSH within ${limit} of power-on. ${shown}`,
      tail,
      {
        help: "Raise 'boot_timeout' under 'platform.qemu' if it was still booting; else look at its console and its sshd.",
        cause: why,
      },
    );
  }
  return why;
}
