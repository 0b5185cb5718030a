import { type Feature, featureKey } from "./feature.ts";

export interface ConsoleOptions {
  readonly signal?: AbortSignal;
  /** Default 60 000 ms; of a login 180 000 ms. */
  readonly timeoutMs?: number;
}

/** Where a boot begins in the console's log. */
export interface ConsoleBoot {
  /** Bytes before it in the log. */
  readonly offset: number;
  /** `power-on`, or what reset the machine, such as `guest-reset` or `watchdog`. */
  readonly cause: string;
}

export interface ConsoleLogin {
  readonly username: string;
  readonly password: string;
}

/** The node's first serial port. */
export interface SerialConsole extends Feature {
  readonly featureName: "SerialConsole";
  /** Everything the console printed since power-on (for a fork: since the template's power-on), from byte `from` on. */
  log(options?: { readonly from?: number }): Promise<string>;
  /** Bytes in the log. What a case prints lies between its first and its last position. */
  position(): Promise<number>;
  /** The boots that are in the log, the oldest first. */
  boots(): Promise<readonly ConsoleBoot[]>;
  /** Calls `onText` with everything printed from now on, as it comes, until the returned function is called. */
  follow(onText: (text: string) => void): () => void;
  /** Types `text` at the console. */
  write(text: string): Promise<void>;
  /** What was printed and not read yet, without terminal control sequences. */
  read(): Promise<string>;
  /**
   * Reads up to the end of the first `pattern` (a text, or an expression) and gives what was read. What follows stays to
   * be read. Throws TimedOut, with the last that was printed.
   */
  readUntil(pattern: string | RegExp, options?: ConsoleOptions): Promise<string>;
  /**
   * Logs in at the prompt of a getty and comes back when a shell answers. Throws LoginRefused when the password is wrong,
   * and TimedOut when there is no prompt.
   */
  login(login: ConsoleLogin, options?: ConsoleOptions): Promise<void>;
  /**
   * Sends a break and `key`, the magic SysRq of Linux, which works while the kernel does. The guest carries out what its
   * `kernel.sysrq` allows. Throws UsageError for what is no such key.
   */
  sysrq(key: string): Promise<void>;
}
export const SerialConsole = featureKey<SerialConsole>("SerialConsole");
