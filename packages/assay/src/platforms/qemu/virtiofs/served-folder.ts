import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { Share } from "../hardware.ts";
import type { Virtiofsd } from "../host/virtiofsd.ts";
import { lastWords } from "../machine/last-words.ts";
import { MachineHelper } from "../machine/machine-helper.ts";
import { DAEMON_FD, daemonCommand } from "./daemon-command.ts";
import { notServed } from "./not-served.ts";

interface Serving {
  readonly daemon: Virtiofsd;
  readonly share: Share;
  /** Takes the daemon's messages. */
  readonly log: string;
}

/** A folder of the host that a virtiofsd serves to one machine. */
export class ServedFolder extends MachineHelper {
  readonly share: Share;
  /** Resolves with the daemon's last words when it has ended. */
  readonly ended: Promise<string>;

  private constructor(child: ChildProcess, connection: Socket, share: Share, ended: Promise<string>) {
    super(child, connection);
    this.share = share;
    this.ended = ended;
  }

  /** Throws PlatformError when the folder is not there or the daemon cannot be started. */
  static async start({ daemon, share, log }: Serving): Promise<ServedFolder> {
    const found = await stat(share.path).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      throw new PlatformError(`The folder '${share.path}' that a machine shall share is not there.`, {
        help: "Correct 'path' of 'share' in 'platform.qemu', which is relative to the runbook.",
      });
    }
    // Not beside the machine: paths of sockets have room for a hundred characters.
    const place = await mkdtemp(join(tmpdir(), "assay-virtiofs-"));
    const [bound, moved] = [join(place, "bound"), join(place, "moved")];
    const server = createServer();
    try {
      server.listen(bound);
      await once(server, "listening");
      const { child, ended } = await startDaemon({ daemon, share, log }, descriptorOf(server));
      try {
        // The daemon alone shall accept. What is closed here takes its path with it, unless that is another one by then.
        await rename(bound, moved);
        server.close();
        const connection = connect(moved);
        await once(connection, "connect");
        child.stdin?.end("go\n");
        return new ServedFolder(child, connection, share, ended);
      } catch (error) {
        child.stdin?.destroy();
        throw await notServed(share, ended, error);
      }
    } finally {
      server.close();
      await rm(place, { recursive: true, force: true });
    }
  }

  protected override async end(): Promise<void> {
    // It ends by itself, unless it waits for a file system of the host that does not answer.
    const timer = setTimeout(() => killGroup(this.child), END_LIMIT_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

const END_LIMIT_MS = 5000;

/** The daemon and its own child, which does the work. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // They have ended meanwhile.
  }
}

/** Started, and waiting for the word on its input: without a connection that waits already it would give up. */
async function startDaemon({ daemon, share, log }: Serving, listening: number) {
  await using file = await open(log, "a", 0o600);
  const { size: earlierBytes } = await file.stat();
  const [program, ...rest] = daemonCommand(daemon, share);
  const child = spawn(program, rest, {
    // Ctrl-C is for assay, which ends machines in order.
    detached: true,
    stdio: ["pipe", file.fd, file.fd, ...Array.from({ length: DAEMON_FD - 3 }, () => "ignore" as const), listening],
  });
  child.stdin?.on("error", () => undefined);
  const ended = lastWords(child, { path: log, earlierBytes });
  try {
    await once(child, "spawn");
  } catch (cause) {
    throw new PlatformError(`The folder '${share.path}' cannot be shared: '${program}' does not run.`, { cause });
  }
  return { child, ended };
}

/** Node.js passes sockets to children by their number, and tells that of a server nowhere else. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { readonly _handle?: { readonly fd?: number } };
  if (handle?.fd === undefined || handle.fd < 0) throw new Error("Node.js does not tell the number of a socket.");
  return handle.fd;
}
