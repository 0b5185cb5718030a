import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { HostExhausted, MissingDependency, PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { LibvirtUri } from "./uri.ts";

const run = promisify(execFile);

export interface VirshOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 60 000 ms. */
  readonly timeoutMs?: number;
}

/** A command of virsh that libvirt refused; `words` is what it said, without `error:`. */
export class VirshRefused extends PlatformError {
  override readonly code = "VIRSH_REFUSED";
  readonly words: string;

  constructor(command: string, words: string, help: string | undefined, cause: unknown) {
    super(`libvirt refused '${command}': ${words}`, { cause, ...(help === undefined ? {} : { help }) });
    this.words = words;
  }
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** The longest answer is a domain's XML with some tens of devices. */
const MAX_ANSWER_BYTES = 16 << 20;

/** libvirt's own words are in English whatever the user's language is, so that they can be understood here. */
export const virshEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: "C", LANGUAGE: "C" });

/** One libvirt, asked by its own program: there is no binding for Node that anybody keeps. */
export class Virsh {
  readonly uri: LibvirtUri;

  constructor(uri: LibvirtUri) {
    this.uri = uri;
  }

  /** Arguments with which virsh speaks to this libvirt. */
  argumentsFor(command: readonly string[]): readonly string[] {
    return ["--quiet", "--connect", this.uri.text, ...command];
  }

  /** Gives what the command printed. Throws VirshRefused, TimedOut, MissingDependency or the signal's reason. */
  async run(command: readonly [string, ...string[]], options: VirshOptions = {}): Promise<string> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    signal?.throwIfAborted();
    try {
      const { stdout } = await run("virsh", this.argumentsFor(command), {
        ...(signal === undefined ? {} : { signal }),
        env: virshEnvironment(),
        maxBuffer: MAX_ANSWER_BYTES,
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      });
      return stdout.trim();
    } catch (cause) {
      signal?.throwIfAborted();
      throw this.#explained(command[0], timeoutMs, cause);
    }
  }

  /** The same, undefined when libvirt refused. */
  async ask(command: readonly [string, ...string[]], options: VirshOptions = {}): Promise<string | undefined> {
    try {
      return await this.run(command, options);
    } catch (error) {
      if (error instanceof VirshRefused) return undefined;
      throw error;
    }
  }

  #explained(command: string, timeoutMs: number, cause: unknown): unknown {
    const { code, killed, stderr } = cause as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === "ENOENT") {
      return new MissingDependency("The program 'virsh' is not on this machine.", {
        help: "Install it with 'apt-get install libvirt-clients' (Debian, Ubuntu) or your system's package.",
        cause,
      });
    }
    if (killed === true) {
      return new TimedOut(`libvirt at '${this.uri.text}' did not answer '${command}' within ${timeoutMs / 1000} s.`, {
        help: "Look whether its daemon still answers: 'virsh list'.",
        cause,
      });
    }
    const words = wordsOf(stderr ?? "") || String(cause);
    if (/no space left|disk quota exceeded/i.test(words)) {
      return new HostExhausted(`The disk of libvirt's host is full: ${words}`, {
        help: "Free disk space there, or set 'storage' under 'platform.libvirt' to a pool on a larger disk.",
        cause,
      });
    }
    return new VirshRefused(command, words, this.#helpFor(words), cause);
  }

  #helpFor(words: string): string | undefined {
    if (/failed to connect to the hypervisor|Failed to connect socket|Cannot recv data/i.test(words)) {
      return this.uri.mode === "system"
        ? "Start it with 'systemctl start libvirtd', and let your account use it: 'adduser USER libvirt'."
        : "Install libvirt's daemon ('apt-get install libvirt-daemon-system'); it starts itself for a session.";
    }
    if (/permission denied/i.test(words)) {
      return "libvirt's QEMU cannot read the file: use a pool that its account can reach ('storage').";
    }
    return undefined;
  }
}

/** What virsh complains of, in one line; warnings of authentication agents that are not there say nothing. */
function wordsOf(stderr: string): string {
  const lines = stderr.split("\n").flatMap((line) => {
    const said = line.replace(/^error: /, "").trim();
    return said === "" || said.startsWith("Authorization not available") ? [] : [said];
  });
  return lines.join(" ");
}
