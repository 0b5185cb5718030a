import { setTimeout as pause } from "node:timers/promises";
import { CommandFailed, LoginRefused, NodeUnreachable, TimedOut, UsageError } from "../errors/catalogue.ts";
import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";

export interface RebootOptions {
  /** From the command until the guest answers after its new boot. Default 300 000. */
  readonly timeoutMs?: number;
  /** The case's signal: ends the wait at once, whatever the guest does. */
  readonly signal?: AbortSignal;
}

export interface RebootResult {
  /** From the command until the guest answered after its new boot. */
  readonly elapsedMs: number;
  readonly bootIdBefore: string;
  readonly bootIdAfter: string;
}

const DEFAULT_TIMEOUT_MS = 300_000;
/** The command itself; systemd answers at once, an emulated guest within seconds. */
const COMMAND_TIMEOUT_MS = 30_000;
/** How long one look waits for the session to end before it asks for the boot id anew. */
const LOOK_SECONDS = 15;
/** Between two refused logins: nothing tells when the guest lets users in, so it is asked again. */
const REFUSED_PAUSE_MS = 1000;

/** Reboots the guest and waits for its next boot, which shows in /proc/sys/kernel/random/boot_id. */
export class Reboot extends Tool {
  /** Identity of the current boot. */
  async bootId(options: RebootOptions = {}): Promise<string> {
    return (await this.node.text(["cat", "/proc/sys/kernel/random/boot_id"], options)).trim();
  }

  /**
   * Reboots from inside. Throws CommandFailed when the guest refuses the command, TimedOut when it goes on with its
   * old boot ("did not reboot"), NodeUnreachable when it does not come back ("stuck").
   */
  async reboot(options: RebootOptions = {}): Promise<RebootResult> {
    this.#refuseLocal();
    const bootIdBefore = await this.bootId();
    const startedAt = performance.now();
    const isSessionLeft = await this.#command(options);
    if (isSessionLeft) await this.#untilSessionEnds(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal);
    return this.#waitFrom(startedAt, bootIdBefore, options);
  }

  /**
   * Waits until the guest runs another boot than `bootIdBefore`, for reboots that the platform makes.
   * Throws TimedOut or NodeUnreachable as {@link reboot} does.
   */
  waitForNewBoot(bootIdBefore: string, options: RebootOptions = {}): Promise<RebootResult> {
    return this.#waitFrom(performance.now(), bootIdBefore, options);
  }

  #refuseLocal(): void {
    if (!this.node.isLocal) return;
    throw new UsageError(`Node '${this.node.name}' is the machine assay runs on; it will not be rebooted.`, {
      help: "Run this case on the platform 'qemu' or 'ready'.",
    });
  }

  /** Gives the command and tells whether the session outlived it. */
  async #command(options: RebootOptions): Promise<boolean> {
    // `-i` ignores inhibitors, such as a package update that is under way.
    const command = sh`if command -v systemctl >/dev/null; then systemctl reboot -i && exit; fi; exec reboot`;
    const limits = { timeoutMs: COMMAND_TIMEOUT_MS, ...(options.signal && { signal: options.signal }) };
    const done = await this.node.run(command, { sudo: true, ...limits });
    // Every way to end but an exit code is what a reboot does to a session.
    if (done.outcome.kind !== "exited") return false;
    if (done.outcome.exitCode === 0) return true;
    throw new CommandFailed(
      `Node '${this.node.name}' refused to reboot (exit code ${done.exitCode}): ${done.stderr.trim()}`,
      done.exitCode,
    );
  }

  async #waitFrom(startedAt: number, bootIdBefore: string, options: RebootOptions): Promise<RebootResult> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const leftMs = () => timeoutMs - (performance.now() - startedAt);
    let lastProblem: Error | undefined;
    while (leftMs() > 0) {
      signal?.throwIfAborted();
      const bootId = await this.#currentBootId(leftMs(), signal).catch((error: unknown) => {
        if (!isPassing(error)) throw error;
        lastProblem = error;
        return undefined;
      });
      if (bootId === undefined) {
        // Going down and coming up, guests turn ordinary users away at the door.
        await pause(Math.min(REFUSED_PAUSE_MS, Math.max(0, leftMs())), undefined, signal && { signal });
      } else if (bootId !== bootIdBefore) {
        this.node.refresh();
        return { elapsedMs: performance.now() - startedAt, bootIdBefore, bootIdAfter: bootId };
      } else {
        lastProblem = undefined;
        await this.#untilSessionEnds(leftMs(), signal);
      }
    }
    throw this.#overdue(timeoutMs, lastProblem);
  }

  async #currentBootId(leftMs: number, signal: AbortSignal | undefined): Promise<string> {
    const limits = { timeoutMs: Math.max(1, leftMs), ...(signal && { signal }) };
    await this.node.shell.reconnect(limits);
    return await this.bootId(limits);
  }

  /** A command that lasts ends at once when the guest goes down: that is the event waited for. */
  async #untilSessionEnds(leftMs: number, signal: AbortSignal | undefined): Promise<void> {
    const seconds = Math.max(1, Math.min(LOOK_SECONDS, Math.ceil(leftMs / 1000)));
    await this.node.run(["sleep", String(seconds)], {
      timeoutMs: (seconds + 5) * 1000,
      ...(signal && { signal }),
    });
  }

  #overdue(timeoutMs: number, problem: Error | undefined): Error {
    const limit = `${Math.round(timeoutMs / 1000)} s`;
    if (problem === undefined) {
      return new TimedOut(`Node '${this.node.name}' did not reboot: after ${limit} it still runs its old boot.`, {
        help: "Look at its journal for what keeps it from shutting down.",
      });
    }
    return new NodeUnreachable(
      `Node '${this.node.name}' is stuck: ${limit} after the reboot began it cannot be logged into. ${problem.message}`,
      { help: "Look at its serial console for where it stopped.", cause: problem },
    );
  }
}

/** What a guest on its way down or up answers with: no connection, no login, or a command that is killed. */
function isPassing(error: unknown): error is Error {
  return error instanceof NodeUnreachable || error instanceof LoginRefused || error instanceof CommandFailed;
}
