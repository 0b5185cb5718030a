import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";

interface TpmStart {
  /** The program swtpm. */
  readonly program: string;
  /** Takes what the TPM remembers; made if it is missing. A fork's TPM is filled from the template's device state. */
  readonly folder: string;
  /** Takes swtpm's messages. */
  readonly log: string;
}

/**
 * A TPM 2.0 of one machine: a swtpm that speaks with one QEMU over an inherited connection and ends with it, so that
 * it needs no socket file and leaves no process when assay is killed.
 */
export class Tpm implements AsyncDisposable {
  /** The end of the connection that QEMU inherits. */
  readonly connection: Duplex;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, connection: Duplex) {
    this.#child = child;
    this.connection = connection;
    this.#ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  /** Throws PlatformError when swtpm cannot be started. */
  static async start({ folder, log, program }: TpmStart): Promise<Tpm> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await using file = await open(log, "a", 0o600);
    const child = spawn(program, SWTPM_ARGUMENTS, {
      cwd: folder,
      // Ctrl-C is for assay, which ends machines in order.
      detached: true,
      stdio: ["ignore", file.fd, file.fd, "pipe"],
    });
    const connection = child.stdio[CONNECTION_FD] as unknown as Duplex | null | undefined;
    // Its end is that of QEMU or of swtpm, which show elsewhere.
    connection?.on("error", () => undefined);
    try {
      await once(child, "spawn");
    } catch (cause) {
      throw new PlatformError(`The TPM of a machine does not start: '${program}' cannot be run.`, { cause });
    }
    if (connection === null || connection === undefined) throw new Error("swtpm was started without its connection.");
    return new Tpm(child, connection);
  }

  /** Lets go of assay's end after QEMU has inherited it; from then on swtpm lives as long as QEMU. */
  handOver(): void {
    this.connection.destroy();
  }

  /** Lets assay end while the TPM goes on with its machine. */
  release(): void {
    this.#child.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.destroy();
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

const CONNECTION_FD = 3;

/** The folder is the one it runs in, because in its options a comma cannot be part of a path. */
const SWTPM_ARGUMENTS: readonly string[] = [
  ...["socket", "--tpm2", "--terminate"],
  ...["--tpmstate", "dir=.,mode=0600"],
  ...["--ctrl", `type=unixio,clientfd=${CONNECTION_FD}`],
];
