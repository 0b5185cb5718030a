import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";
import { MachineHelper } from "./machine-helper.ts";

interface TpmStart {
  /** The program swtpm. */
  readonly program: string;
  /** Takes what the TPM remembers; made if it is missing. A fork's TPM is filled from the template's device state. */
  readonly folder: string;
  /** Takes swtpm's messages. */
  readonly log: string;
}

/** A TPM 2.0 of one machine: a swtpm, which needs no socket file this way. */
export class Tpm extends MachineHelper {
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, connection: Duplex) {
    super(child, connection);
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
    try {
      await once(child, "spawn");
    } catch (cause) {
      throw new PlatformError(`The TPM of a machine does not start: '${program}' cannot be run.`, { cause });
    }
    if (connection === null || connection === undefined) throw new Error("swtpm was started without its connection.");
    return new Tpm(child, connection);
  }

  protected override async end(): Promise<void> {
    this.child.kill("SIGKILL");
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
