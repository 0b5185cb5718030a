import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { HostExhausted, PlatformError } from "../../../errors/catalogue.ts";
import { endWithAssay } from "../host/life-guard.ts";
import { findProgram, type QemuBinary } from "../host/qemu-binary.ts";
import { chooseUser, confined, LAUNCHER } from "./confinement.ts";
import { FileLender } from "./file-lender.ts";
import { lastWords } from "./last-words.ts";
import { InheritedFd } from "./machine-spec.ts";
import { QmpClient } from "./qmp-client.ts";

export interface QemuStart {
  readonly qemu: Pick<QemuBinary, "path" | "major">;
  readonly arguments: readonly string[];
  /** The machine's own folder. Files in it are lent to QEMU when commands name them. */
  readonly folder: string;
  /** Takes QEMU's stderr, for its last words. */
  readonly errorLog: string;
  /** Device state of a template, inherited by a fork. */
  readonly deviceState?: string;
  /** The connection to its TPM, which it inherits. */
  readonly tpm?: Duplex | undefined;
  /** The connection to the daemon of its shared folder, which it inherits. */
  readonly virtiofs?: Duplex | undefined;
  /** `with-owner`: QEMU is killed when assay ends, however it ends. */
  readonly lifetime: "with-owner" | "on-its-own";
  readonly signal: AbortSignal;
}

/** A started QEMU with the host's ends of its sockets. */
export class QemuProcess implements AsyncDisposable {
  readonly pid: number;
  readonly qmp: QmpClient;
  readonly serial: Duplex;
  /** In the order of the agents' ports. */
  readonly agents: readonly Duplex[];
  /** Frames of the private network, each after its length. */
  readonly network: Duplex;
  /** Resolves with QEMU's own last words when the process has ended. */
  readonly ended: Promise<string>;
  /** Whom it runs as, in words. */
  readonly runsAs: string;
  readonly #child: ChildProcess;
  #isEnded = false;

  private constructor(
    child: ChildProcess,
    pid: number,
    ended: Promise<string>,
    sockets: readonly Duplex[],
    qmp: QmpClient,
    runsAs: string,
  ) {
    const [, serial, ...others] = sockets;
    const agents = others.slice(0, InheritedFd.agents.length);
    const network = others[InheritedFd.agents.length];
    if (serial === undefined || network === undefined) throw new Error("QEMU was started without its sockets.");
    this.#child = child;
    this.pid = pid;
    this.ended = ended;
    this.qmp = qmp;
    this.runsAs = runsAs;
    this.serial = serial;
    this.agents = agents;
    this.network = network;
    void ended.then(() => {
      this.#isEnded = true;
    });
  }

  /** Starts QEMU and waits until its monitor answers. Throws HostExhausted or PlatformError with QEMU's words. */
  static async start(options: QemuStart): Promise<QemuProcess> {
    options.signal.throwIfAborted();
    await using opened = new AsyncDisposableStack();
    const errorLog = opened.use(await open(options.errorLog, "a", 0o600));
    const deviceState =
      options.deviceState === undefined ? undefined : opened.use(await open(options.deviceState, "r"));
    const folder = opened.use(await open(options.folder, "r"));
    const { size: earlierBytes } = await errorLog.stat();
    const user = await chooseUser(options.arguments);
    const isUser = typeof user !== "string";
    const lender = isUser ? await FileLender.open(options.folder, user) : undefined;
    const [program, ...prefix] = [...LAUNCHER, ...(await dyingWithOwner(options.lifetime)), options.qemu.path];
    const qemuArguments = isUser ? confined(options.arguments, user, options.qemu.major) : options.arguments;
    const child = spawn(program, [...prefix, ...qemuArguments], {
      // Its own process group: Ctrl-C is for assay, which then ends its machines in order.
      detached: true,
      stdio: [
        "ignore",
        errorLog.fd,
        errorLog.fd,
        ...Array.from({ length: InheritedFd.deviceState - InheritedFd.monitor }, () => "pipe" as const),
        deviceState?.fd ?? "ignore",
        options.tpm ?? "ignore",
        folder.fd,
        options.virtiofs ?? "ignore",
      ],
    });
    const sockets = child.stdio.slice(InheritedFd.monitor, InheritedFd.deviceState) as unknown as Duplex[];
    // A reset on these is QEMU's end, which `ended` tells.
    for (const socket of sockets) socket?.on("error", () => undefined);
    const ended = lastWords(child, { path: options.errorLog, earlierBytes });
    const [monitor] = sockets;
    if (child.pid === undefined || monitor === undefined) throw explain(await ended);
    if (isUser && options.lifetime === "with-owner") void ended.then(endWithAssay(child.pid));
    try {
      const qmp = await QmpClient.open(monitor, { signal: options.signal, lender });
      const runsAs = isUser ? "a user of its own" : `assay's user: ${user}`;
      return new QemuProcess(child, child.pid, ended, sockets, qmp, runsAs);
    } catch (error) {
      child.kill("SIGKILL");
      const words = await ended;
      options.signal.throwIfAborted();
      throw words === "" ? error : explain(words);
    }
  }

  /** Halts the process, or lets it go on. False when it has ended. */
  signal(name: "SIGSTOP" | "SIGCONT"): boolean {
    return !this.#isEnded && this.#child.kill(name);
  }

  /** Lets assay end while this machine goes on. */
  release(): void {
    this.#child.unref();
    for (const socket of [this.serial, ...this.agents, this.network]) socket.destroy();
    this.qmp[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) this.#child.kill("SIGKILL");
    await this.ended;
    this.release();
  }
}

/** setpriv (util-linux) asks the kernel for a signal at the parent's end; without it the next run's clean-up does the work. */
async function dyingWithOwner(lifetime: QemuStart["lifetime"]): Promise<readonly string[]> {
  const setpriv = lifetime === "with-owner" ? await findSetpriv() : undefined;
  return setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
}

let foundSetpriv: Promise<string | undefined> | undefined;
function findSetpriv(): Promise<string | undefined> {
  foundSetpriv ??= findProgram("setpriv");
  return foundSetpriv;
}

/** Turns QEMU's words about a start that failed into the error that tells what to do. */
export function explain(words: string): Error {
  if (/no space left on device|disk quota exceeded/i.test(words)) {
    return new HostExhausted(`QEMU found no room on the disk: ${words}`, {
      help: "Free disk space, or set ASSAY_CACHE to a larger disk.",
    });
  }
  if (/cannot allocate memory|cannot set up guest memory/i.test(words)) {
    return new HostExhausted(`QEMU found no memory for the guest: ${words}`, {
      help: "Lower 'memory_mb' under 'platform.qemu' or the runbook's 'concurrency'.",
    });
  }
  if (/could not set up host forwarding rule/i.test(words)) {
    return new HostExhausted(`QEMU found no free port on 127.0.0.1: ${words}`, {
      help: "Close programs that hold many ports.",
    });
  }
  if (/failed to get .*lock/i.test(words)) {
    return new PlatformError(`Another program writes to the image: ${words}`, {
      help: "Stop it, or test a copy of the image.",
    });
  }
  return new PlatformError(`QEMU did not start: ${words}`, { isTransient: false });
}
