import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MissingDependency, PlatformError, TimedOut } from "../../../errors/catalogue.ts";
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

type Listener = (event: DomainEvent) => void;

/** What happens to the domains of one libvirt, told by a `virsh event` that runs as long as this is open. */
export class DomainEvents implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<Listener>();
  /** Resolves when libvirt tells no more, for whatever reason. */
  readonly ended: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => child.once("close", () => resolve()));
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => this.#receive(line));
  }

  /** Throws MissingDependency without virsh or stdbuf. */
  static async open(virsh: Virsh): Promise<DomainEvents> {
    // Without a terminal virsh would keep its lines until it has 4096 bytes of them.
    const child = spawn("stdbuf", ["-oL", "virsh", ...virsh.argumentsFor(["event", "--all", "--loop"])], {
      env: virshEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child, "spawn").catch((cause: unknown) => {
      throw new MissingDependency("The programs 'stdbuf' and 'virsh' are needed to follow libvirt's events.", {
        help: "Install them with 'apt-get install coreutils libvirt-clients' (Debian, Ubuntu).",
        cause,
      });
    });
    return new DomainEvents(child);
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
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  #receive(line: string): void {
    const event = readEvent(line);
    if (event !== undefined) for (const listener of [...this.#listeners]) listener(event);
  }
}

/** Reads a line such as `event 'lifecycle' for domain 'machine': Stopped Destroyed`; undefined for others. */
export function readEvent(line: string): DomainEvent | undefined {
  const [, kind, domain, detail = ""] = /^event '([\w-]+)' for domain '(.*?)'(?:: (.*))?$/.exec(line.trim()) ?? [];
  return kind === undefined || domain === undefined ? undefined : { domain, kind, detail: detail.trim() };
}
