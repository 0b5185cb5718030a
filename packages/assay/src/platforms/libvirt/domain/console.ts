import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { NodeUnreachable, PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { ConsoleBoot, ConsoleLogin, ConsoleOptions, SerialConsole } from "../../../features/serial-console.ts";
import { checkSysrqKey, InteractiveConsole } from "../../interactive-console.ts";
import type { DomainEvent } from "../connection/events.ts";
import { type Virsh, virshEnvironment } from "../connection/virsh.ts";

/** What virsh says before it passes on the console. */
const GREETING_END = "Escape character is";
/** What libvirt calls the line behind the first serial port. */
const SERIAL_ALIAS = "charserial0";
const ATTACH_LIMIT_MS = 30_000;

/**
 * The first serial port of a domain over `virsh console`, which works on every host and for every account. It ends
 * when the domain is off and is attached again when it is started.
 */
export class DomainConsole implements SerialConsole, AsyncDisposable {
  readonly featureName = "SerialConsole";
  readonly #virsh: Virsh;
  readonly #domain: string;
  readonly #logPath: string;
  readonly #log: WriteStream;
  readonly #followers = new Set<(text: string) => void>();
  readonly #typist: InteractiveConsole;
  readonly #boots: ConsoleBoot[] = [{ offset: 0, cause: "power-on" }];
  #bytes: number;
  #nextCause: string | undefined;
  #child: ChildProcessWithoutNullStreams | undefined;

  /** `earlier` is what the machine said before it went on here; the log begins with it. */
  constructor(virsh: Virsh, domain: string, logPath: string, earlier = "") {
    this.#virsh = virsh;
    this.#domain = domain;
    this.#logPath = logPath;
    this.#log = createWriteStream(logPath);
    // A full disk must not end assay; what the log lacks is told by the run itself.
    this.#log.on("error", () => undefined);
    this.#log.write(earlier);
    this.#bytes = Buffer.byteLength(earlier);
    this.#typist = new InteractiveConsole(this);
  }

  /** Takes note of what happens to the domain, so that it is known where boots begin. */
  hear({ detail, kind }: Pick<DomainEvent, "detail" | "kind">): void {
    if (kind === "watchdog") this.#nextCause = "watchdog";
    const isStart = kind === "lifecycle" && detail === "Started Booted" && this.#bytes > 0;
    if (kind !== "reboot" && !isStart) return;
    this.#boots.push({ offset: this.#bytes, cause: isStart ? "power-on" : (this.#nextCause ?? "guest-reset") });
    this.#nextCause = undefined;
  }

  /** Connects to the domain, which must be there, running or paused. Throws PlatformError or TimedOut. */
  async attach(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    // virsh insists on a terminal, which `script` makes; `--force` takes the console from one that died.
    const command = ["virsh", "--connect", this.#virsh.uri.text, "console", "--force", this.#domain];
    const child = spawn("script", ["--quiet", "--flush", "--command", command.map(quoted).join(" "), "/dev/null"], {
      env: { ...virshEnvironment(), TERM: "dumb" },
    });
    this.#child = child;
    child.stdin.on("error", () => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    const decoder = new StringDecoder("utf8");
    let greeting: string | undefined = "";
    child.stdout.on("data", (bytes: Buffer) => {
      const text = decoder.write(bytes);
      if (greeting === undefined) return this.#pass(text);
      greeting += text;
      const [, rest] = new RegExp(`${GREETING_END}[^\\n]*\\n([^]*)$`).exec(greeting) ?? [];
      if (rest === undefined) return;
      greeting = undefined;
      resolve();
      if (rest !== "") this.#pass(rest);
    });
    child.once("error", (cause) => reject(noConsole(this.#domain, "the program 'script' is not there", cause)));
    child.once("close", () => {
      if (this.#child === child) this.#child = undefined;
      reject(noConsole(this.#domain, greeting?.trim() || "virsh ended", undefined));
    });
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const limit = new TimedOut(`The console of '${this.#domain}' did not open within ${ATTACH_LIMIT_MS / 1000} s.`);
    const timer = setTimeout(() => reject(limit), ATTACH_LIMIT_MS);
    try {
      await promise;
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async log({ from = 0 }: { readonly from?: number } = {}): Promise<string> {
    // What was written to the stream is in the file when its turn has come.
    await new Promise<void>((resolve) => this.#log.write("", () => resolve()));
    const bytes = await readFile(this.#logPath).catch(() => Buffer.alloc(0));
    return bytes.toString("utf8", from);
  }

  async position(): Promise<number> {
    return this.#bytes;
  }

  async boots(): Promise<readonly ConsoleBoot[]> {
    return [...this.#boots];
  }

  async read(): Promise<string> {
    return this.#typist.read();
  }

  async readUntil(pattern: string | RegExp, options: ConsoleOptions = {}): Promise<string> {
    return await this.#typist.readUntil(pattern, options);
  }

  async login(login: ConsoleLogin, options: ConsoleOptions = {}): Promise<void> {
    await this.#typist.login(login, options);
  }

  async sysrq(key: string): Promise<void> {
    checkSysrqKey(key);
    const sendBreak = `chardev-send-break ${SERIAL_ALIAS}`;
    await this.#virsh.run(["qemu-monitor-command", this.#domain, "--hmp", sendBreak]);
    await this.write(key);
  }

  follow(onText: (text: string) => void): () => void {
    this.#followers.add(onText);
    return () => this.#followers.delete(onText);
  }

  async write(text: string): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new NodeUnreachable("The serial console is closed: the machine is off.");
    await new Promise<void>((resolve, reject) => {
      child.stdin.write(text, (cause) => {
        if (cause) reject(new NodeUnreachable("The serial console is closed: the machine is off.", { cause }));
        else resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
      // Its terminal goes with it, and so does virsh.
      child.kill("SIGKILL");
      await closed;
    }
    await new Promise<void>((resolve) => this.#log.end(() => resolve()));
  }

  #pass(text: string): void {
    this.#log.write(text);
    this.#bytes += Buffer.byteLength(text);
    for (const follower of [...this.#followers]) follower(text);
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function noConsole(domain: string, why: string, cause: unknown): PlatformError {
  return new PlatformError(`The console of '${domain}' does not open: ${why}`, {
    help: "It needs the programs 'virsh' and 'script' ('apt-get install libvirt-clients bsdutils').",
    cause,
  });
}
