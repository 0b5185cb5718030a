import type { Duplex, Readable } from "node:stream";
import type { ClientChannel } from "ssh2";
import type { Ending } from "../../process.ts";
import { signalName } from "../channel-process.ts";

/** The streams of a plain `sh` that waits for its input, whatever carries them. */
export interface ShellWires {
  readonly stdout: Readable;
  readonly stderr: Readable;
  write(text: string): void;
  /** Ends the shell by closing its input. */
  close(): void;
  /** Resolves when the shell is gone, with its death by signal when that is told. */
  readonly ended: Promise<Ending | undefined>;
}

/** A `sh` that was started in the node beforehand and is reached past SSH, by two byte streams. */
export interface StandingShell {
  /** Input and output. */
  readonly stdio: Duplex;
  readonly stderr: Readable;
}

/** The wires of a `sh` started on an SSH channel. */
export function wiresOfChannel(channel: ClientChannel): ShellWires {
  const { promise: ended, resolve } = Promise.withResolvers<Ending | undefined>();
  let died: Ending | undefined;
  channel.once("exit", (exitCode: number | null, signal?: string) => {
    // A command may end its own shell, as `kill 0` does.
    if (exitCode === null) died = { kind: "signalled", signal: signalName(signal) };
  });
  channel.once("close", () => resolve(died));
  return {
    stdout: channel,
    stderr: channel.stderr,
    write: (text) => void channel.write(text),
    close: () => {
      channel.end();
      channel.close();
    },
    ended,
  };
}

/** The wires of a standing shell. */
export function wiresOfStanding({ stdio, stderr }: StandingShell): ShellWires {
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  stdio.once("close", () => resolve(undefined));
  return { stdout: stdio, stderr, write: (text) => void stdio.write(text), close: () => stdio.destroy(), ended };
}
