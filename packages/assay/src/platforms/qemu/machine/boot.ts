import { BootFailed, HostExhausted, LoginRefused, NodeUnreachable, PlatformError } from "../../../errors/catalogue.ts";
import { connectSsh } from "../../../node/shell/ssh/connect-ssh.ts";
import type { HostKeyPin } from "../../../node/shell/ssh/host-key-pin.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { consoleLines } from "../../../os/console-text.ts";
import type { BootWay, OwnLogin } from "../boot-way.ts";
import { refusedFirstLogin } from "./first-login.ts";
import type { Machine } from "./machine.ts";
import { watchDeath } from "./machine-death.ts";
import { consoleTail } from "./serial-port.ts";

export interface BootOptions {
  /** The image's name, for messages. */
  readonly image: string;
  readonly username: string;
  /** How the image is booted, and what the first login is tried with. */
  readonly way: BootWay;
  readonly login: OwnLogin;
  readonly hostKey: HostKeyPin;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Why a boot cannot come to a login any more. */
interface DeadEnd {
  readonly reason: string;
  /** Another boot of the same image may well succeed. */
  readonly isTransient?: boolean;
}

/** What a console shows when a boot cannot come to a login any more, and what that means. */
const DEAD_ENDS: readonly (DeadEnd & { readonly pattern: RegExp })[] = [
  {
    // check_timer() of arch/x86/kernel/apic/io_apic.c waits for ten ticks in a time it takes from the processor.
    pattern: /IO-APIC \+ timer doesn't work/,
    reason: "the kernel's test of its timer failed, as it does in an emulated machine on a busy host",
    isTransient: true,
  },
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
export function findDeadEnd(consoleText: string): DeadEnd | undefined {
  const plain = consoleLines(consoleText).join("\n");
  return DEAD_ENDS.find(({ pattern }) => pattern.test(plain));
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
    const deadEnd = findDeadEnd(recent);
    if (deadEnd !== undefined) failed.abort(deadEnd);
  });
  const stopWatching = watchDeath(machine, options.image, (death) => failed.abort(death));
  try {
    return await connectSsh({
      address: "127.0.0.1",
      port: machine.sshPort,
      username: options.username,
      ...options.login,
      hostKey: options.hostKey,
      waitUntilReadyMs: options.timeoutMs,
      signal: AbortSignal.any([options.signal, failed.signal]),
    });
  } catch (error) {
    options.signal.throwIfAborted();
    const tail = consoleTail(await machine.serial.log().catch(() => ""));
    const end: unknown = failed.signal.reason;
    if (end instanceof HostExhausted) throw end;
    if (end instanceof PlatformError) throw new BootFailed(`${end.message} ${shownTail(tail)}`, tail, { cause: end });
    throw failed.signal.aborted ? bootEnded(options, failed.signal.reason, tail) : bootFailure(options, error, tail);
  } finally {
    stopWatching();
    stopFollowing();
  }
}

const shownTail = (tail: string): string =>
  tail === "" ? "The console stayed empty." : `The console ends with:\n${tail}`;

function bootEnded({ image }: BootOptions, { reason, isTransient = false }: DeadEnd, tail: string): BootFailed {
  return new BootFailed(`The image '${image}' does not boot: ${reason}. ${shownTail(tail)}`, tail, {
    isTransient,
    help: isTransient
      ? "Run it again when the host has less to do, or give the kernel 'no_timer_check'."
      : "Check that the image is bootable with this firmware ('firmware_type' under 'platform.qemu': uefi or bios).",
  });
}

function bootFailure(options: BootOptions, why: unknown, tail: string): unknown {
  const shown = shownTail(tail);
  if (why instanceof LoginRefused) {
    const { help, what } = refusedFirstLogin(options.way);
    return new BootFailed(
      `The image '${options.image}' boots, but refuses user '${options.username}' with ${what}. ${shown}`,
      tail,
      { help, cause: why },
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
