import { randomBytes } from "node:crypto";
import { LoginRefused, TimedOut, UsageError } from "../errors/catalogue.ts";
import type { ConsoleLogin, ConsoleOptions, SerialConsole } from "../features/serial-console.ts";
import { consoleLines } from "../os/console-text.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_LOGIN_TIMEOUT_MS = 180_000;
/** A getty that starts late does not hear what was typed before. */
const RETYPE_MS = 5_000;
/** More that nobody reads is forgotten from its beginning; a boot prints less. */
const MOST_UNREAD = 1 << 20;
/** Of what was printed, for messages. */
const SHOWN = 300;

const LOGIN_PROMPT = /login: ?$/;
const PASSWORD_PROMPT = /[Pp]assword: ?$/;
const REFUSED = /Login incorrect|Authentication failure|Account locked/;
const SHELL_PROMPT = /[#$>%] $/;

/** What everyone who types at a console needs, over what platforms have to bring: the stream in both directions. */
export class InteractiveConsole {
  readonly #console: Pick<SerialConsole, "follow" | "write">;
  /** Raw, since an escape sequence may come in pieces. */
  #unread = "";
  #onText: (() => void) | undefined;

  constructor(console: Pick<SerialConsole, "follow" | "write">) {
    this.#console = console;
    console.follow((text) => {
      this.#unread = (this.#unread + text).slice(-MOST_UNREAD);
      this.#onText?.();
    });
  }

  read(): string {
    const text = plain(this.#unread);
    this.#unread = "";
    return text;
  }

  async readUntil(pattern: string | RegExp, options: ConsoleOptions = {}): Promise<string> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => {
      const text = plain(this.#unread);
      const end = endOf(pattern, text);
      if (end === undefined) return;
      this.#unread = text.slice(end);
      resolve(text.slice(0, end));
    };
    const timer = setTimeout(() => reject(this.#overdue(pattern, timeoutMs)), timeoutMs);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#onText = look;
    try {
      look();
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#onText = undefined;
    }
  }

  async login({ username, password }: ConsoleLogin, options: ConsoleOptions = {}): Promise<void> {
    const { timeoutMs = DEFAULT_LOGIN_TIMEOUT_MS, signal } = options;
    const endsAt = performance.now() + timeoutMs;
    const rest = () => ({ timeoutMs: Math.max(1, endsAt - performance.now()), ...(signal && { signal }) });
    this.read();
    await this.#retyping("\n", () => this.readUntil(LOGIN_PROMPT, rest()));
    await this.#console.write(`${username}\n`);
    await this.readUntil(PASSWORD_PROMPT, rest());
    await this.#console.write(`${password}\n`);
    const told = await this.readUntil(new RegExp(`${REFUSED.source}|${SHELL_PROMPT.source}`), rest());
    if (REFUSED.test(told)) {
      throw new LoginRefused(`The console refuses user '${username}' with this password.`, {
        help: "Look at whether the password is set and the user may log in at a console.",
      });
    }
    const word = randomBytes(6).toString("hex");
    // What is typed comes back as an echo, so the answer has to be another text.
    await this.#console.write(`printf 'assay-%s\\n' ${word}\n`);
    await this.readUntil(new RegExp(`assay-${word}\\n[^]*${SHELL_PROMPT.source}`), rest());
  }

  async #retyping<T>(text: string, work: () => Promise<T>): Promise<T> {
    await this.#console.write(text);
    const again = setInterval(() => this.#console.write(text).catch(() => undefined), RETYPE_MS);
    return await work().finally(() => clearInterval(again));
  }

  #overdue(pattern: string | RegExp, timeoutMs: number): TimedOut {
    const wanted = typeof pattern === "string" ? pattern : String(pattern);
    const printed = plain(this.#unread).trim();
    const shown = printed === "" ? "It printed nothing." : `It printed: '${printed.slice(-SHOWN)}'`;
    return new TimedOut(`The console did not print '${wanted}' within ${timeoutMs / 1000} s. ${shown}`);
  }
}

const plain = (text: string): string => consoleLines(text).join("\n");

function endOf(pattern: string | RegExp, text: string): number | undefined {
  if (typeof pattern === "string") {
    const at = text.indexOf(pattern);
    return at === -1 ? undefined : at + pattern.length;
  }
  // A pattern that remembers where it was would not look at the beginning.
  const found = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, "")).exec(text);
  return found === null ? undefined : found.index + found[0].length;
}

/** Throws UsageError for what is no key of the magic SysRq (sysrq.rst of Linux). */
export function checkSysrqKey(key: string): void {
  if (/^[a-z0-9]$/.test(key)) return;
  throw new UsageError(`'${key}' is no key of the magic SysRq.`, { help: "Keys are single letters and digits." });
}
