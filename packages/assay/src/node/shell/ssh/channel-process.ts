import { randomBytes } from "node:crypto";
import type { ClientChannel } from "ssh2";
import { quote } from "../command.ts";
import { shellPreamble } from "../command-line.ts";
import { endSessionScript } from "../end-session.ts";
import type { Ending, Process, ProcessSinks } from "../process.ts";
import { MarkedStream } from "./marked-stream.ts";
import type { ExecOptions, SshLink } from "./ssh-link.ts";

/** How long output may come after the server has told the exit code, from children that were left behind. */
const drainMs = 1_000;
const killLimitMs = 10_000;

/** Runs `sh -c text` in an SSH channel of its own: for streams, terminals, input, and where no command channel is possible. */
export async function startChannelProcess(
  link: SshLink,
  text: string,
  options: ExecOptions,
  sinks: ProcessSinks,
): Promise<Process> {
  const marker = `assay-${randomBytes(12).toString("hex")}`;
  // What a login shell's start-up files print comes before the marker and is left out.
  const head = `echo "${marker} $$"\n${options.isTty ? "" : `echo ${marker} >&2\n`}${shellPreamble}\n`;
  const { promise: started, resolve: start } = Promise.withResolvers<Process>();
  await link.exec(`exec sh -c ${quote(head + text)}`, options, (channel) => {
    start(processOf(channel, link, marker, sinks));
  });
  return await started;
}

function processOf(channel: ClientChannel, link: SshLink, marker: string, sinks: ProcessSinks): Process {
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const { promise: announced, resolve: announce } = Promise.withResolvers<number | undefined>();
  const stdout = new BehindMarker(marker, sinks.onStdout, (line) => announce(Number.parseInt(line, 10)));
  const stderr = new BehindMarker(marker, sinks.onStderr, () => {});
  channel.on("data", (chunk: Buffer) => stdout.push(chunk));
  channel.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  whenEnded(channel, link, (ending) => {
    stdout.end();
    stderr.end();
    announce(undefined);
    end(ending);
  });
  return {
    ended,
    write: async (data) => {
      const { promise: taken, resolve: take } = Promise.withResolvers<void>();
      channel.write(data, () => take());
      await Promise.race([taken, ended]);
    },
    endInput: () => {
      channel.end();
    },
    pause: () => {
      channel.pause();
      channel.stderr.pause();
    },
    resume: () => {
      channel.resume();
      channel.stderr.resume();
    },
    signal: async (signal) => {
      // A kill right after the start has to wait for the process id, but not longer than for the kill itself.
      const timer = setTimeout(announce, killLimitMs, undefined);
      const sessionId = await announced;
      clearTimeout(timer);
      if (sessionId !== undefined) await endRemoteSession(link, sessionId, signal);
      if (signal === "KILL") channel.close();
    },
  };
}

/** Gives on what comes behind the marker. When none comes, all of it: it explains why, as in `account not available`. */
class BehindMarker {
  readonly #stream: MarkedStream;
  readonly #sink: (chunk: Uint8Array) => void;
  #before: Uint8Array[] = [];

  constructor(marker: string, sink: (chunk: Uint8Array) => void, onMarker: (line: string) => void) {
    this.#sink = sink;
    this.#stream = new MarkedStream(marker, {
      onBefore: (chunk) => this.#before.push(chunk),
      onMarker: (line) => {
        this.#before = [];
        onMarker(line);
      },
      onAfter: sink,
    });
  }

  push(chunk: Uint8Array): void {
    this.#stream.push(chunk);
  }

  end(): void {
    this.#stream.end();
    for (const chunk of this.#before) this.#sink(chunk);
    this.#before = [];
  }
}

/** Calls `finish` once: when the channel is closed, when its exit code is known and its output over, or when all is lost. */
function whenEnded(channel: ClientChannel, link: SshLink, finish: (ending: Ending) => void): void {
  let ending: Ending | undefined;
  let timer: NodeJS.Timeout | undefined;
  channel.once("exit", (exitCode: number | null, signal?: string) => {
    ending = exitCode === null ? { kind: "signalled", signal: signalName(signal) } : { kind: "exited", exitCode };
    timer = setTimeout(() => channel.close(), drainMs);
  });
  let isOver = false;
  const close = (reason: string) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    finish(ending ?? { kind: "connection-lost", reason: link.lostReason ?? reason });
  };
  channel.once("close", () => close("the server closed the channel without an exit code"));
  void link.lost.then(close);
}

/** RFC 4254, 6.10 names signals without `SIG`. */
export function signalName(name: string | undefined): string {
  if (name === undefined) return "an unknown signal";
  return name.startsWith("SIG") ? name : `SIG${name}`;
}

/**
 * Ends every process of a session on the node through another channel, as root where sudo works without a password,
 * since members may be root's. Gives up after 10 s.
 */
export async function endRemoteSession(link: SshLink, sessionId: number, signal: "TERM" | "KILL"): Promise<void> {
  const script = quote(endSessionScript(sessionId, signal));
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, killLimitMs);
  void link.lost.then(() => resolve());
  try {
    const line = `if [ "$(id -u)" = 0 ]; then exec sh -c ${script}; fi; sudo -n sh -c ${script} 2>/dev/null || exec sh -c ${script}`;
    await link.execInReserve(line, false, (channel) => {
      channel.on("data", () => {});
      channel.stderr.on("data", () => {});
      channel.once("close", () => resolve());
      void promise.then(() => channel.close());
    });
    await promise;
  } catch {
    // No channel for the kill means the connection is as good as gone; its processes end as lost.
    link.cut();
  } finally {
    clearTimeout(timer);
  }
}
