import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MissingDependency, PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { QmpEvent } from "../../qemu/machine/qmp-client.ts";
import { type Virsh, virshEnvironment } from "./virsh.ts";

/** Something that happened to a domain, in virsh's words: `lifecycle`, `Stopped Shutdown`. */
export interface DomainEvent {
  readonly domain: string;
  readonly kind: string;
  readonly detail: string;
}

export interface EventWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Something that QEMU told libvirt of a domain, in QEMU's words. */
export interface MonitorEvent extends QmpEvent {
  readonly domain: string;
}

type Listener = (event: DomainEvent) => void;
type MonitorListener = (event: MonitorEvent) => void;

/**
 * What happens to the domains of one libvirt, in its own words and in those of their QEMUs, told by two virsh that run as
 * long as this is open.
 */
export class DomainEvents implements AsyncDisposable {
  readonly #children: readonly ChildProcess[];
  readonly #listeners = new Set<Listener>();
  readonly #monitorListeners = new Set<MonitorListener>();
  /** Resolves when libvirt tells no more, for whatever reason. */
  readonly ended: Promise<void>;

  private constructor(ofLibvirt: ChildProcess, ofQemu: ChildProcess) {
    this.#children = [ofLibvirt, ofQemu];
    this.ended = Promise.race(this.#children.map(endOf));
    follow(ofLibvirt, (line) => tellAll(this.#listeners, readEvent(line)));
    follow(ofQemu, (line) => tellAll(this.#monitorListeners, readMonitorEvent(line)));
  }

  /** Throws MissingDependency without virsh or stdbuf. */
  static async open(virsh: Virsh): Promise<DomainEvents> {
    const [ofLibvirt, ofQemu] = await Promise.all([
      start(virsh, ["event", "--all", "--loop"]),
      start(virsh, ["qemu-monitor-event", "--loop"]),
    ]);
    return new DomainEvents(ofLibvirt, ofQemu);
  }

  /** Calls `listener` for every event of the QEMU of `domain` until the returned function is called. */
  onMonitor(domain: string, listener: MonitorListener): () => void {
    const own: MonitorListener = (event) => {
      if (event.domain === domain) listener(event);
    };
    this.#monitorListeners.add(own);
    return () => this.#monitorListeners.delete(own);
  }

  /** Calls `listener` for every event of `domain` until the returned function is called. */
  on(domain: string, listener: Listener): () => void {
    const own: Listener = (event) => {
      if (event.domain === domain) listener(event);
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Resolves with the next event of `domain` that `isWanted` accepts. Throws TimedOut, PlatformError or the reason of the abort. */
  async next(domain: string, isWanted: (event: DomainEvent) => boolean, wait: EventWait): Promise<DomainEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<DomainEvent>();
    const stop = this.on(domain, (event) => {
      if (isWanted(event)) resolve(event);
    });
    const abort = () => reject(wait.signal?.reason);
    const timer = setTimeout(
      () => reject(new TimedOut(`libvirt told nothing of '${domain}' for ${wait.timeoutMs / 1000} s.`)),
      wait.timeoutMs,
    );
    wait.signal?.addEventListener("abort", abort, { once: true });
    void this.ended.then(() => reject(new PlatformError("libvirt's events ended.", { isTransient: true })));
    try {
      wait.signal?.throwIfAborted();
      return await promise;
    } finally {
      stop();
      clearTimeout(timer);
      wait.signal?.removeEventListener("abort", abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map(endOf));
  }
}

async function start(virsh: Virsh, command: readonly string[]): Promise<ChildProcess> {
  // Without a terminal virsh would keep its lines until it has 4096 bytes of them.
  const child = spawn("stdbuf", ["-oL", "virsh", ...virsh.argumentsFor(command)], {
    env: virshEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child, "spawn").catch((cause: unknown) => {
    throw new MissingDependency("The programs 'stdbuf' and 'virsh' are needed to follow libvirt's events.", {
      help: "Install them with 'apt-get install coreutils libvirt-clients' (Debian, Ubuntu).",
      cause,
    });
  });
  return child;
}

function follow({ stdout }: ChildProcess, onLine: (line: string) => void): void {
  if (stdout !== null) createInterface({ input: stdout }).on("line", onLine);
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}

function tellAll<T>(listeners: ReadonlySet<(event: T) => void>, event: T | undefined): void {
  if (event !== undefined) for (const listener of [...listeners]) listener(event);
}

/** Reads a line such as `event 'lifecycle' for domain 'machine': Stopped Destroyed`; undefined for others. */
export function readEvent(line: string): DomainEvent | undefined {
  const [, kind, domain, detail = ""] = /^event '([\w-]+)' for domain '(.*?)'(?:: (.*))?$/.exec(line.trim()) ?? [];
  return kind === undefined || domain === undefined ? undefined : { domain, kind, detail: detail.trim() };
}

/** Reads a line such as `event RESET at 1700000000.5 for domain 'machine': {"guest":true}`; undefined for others. */
export function readMonitorEvent(line: string): MonitorEvent | undefined {
  const [, event, domain, text = ""] = /^event (\w+) at [\d.]+ for domain '(.*?)'(?:: (.*))?$/.exec(line.trim()) ?? [];
  if (event === undefined || domain === undefined) return undefined;
  // virsh writes of an event without data what C has for nothing.
  if (text === "" || text === "<null>") return { event, domain, data: {} };
  try {
    return { event, domain, data: JSON.parse(text) as QmpEvent["data"] };
  } catch {
    return undefined;
  }
}
