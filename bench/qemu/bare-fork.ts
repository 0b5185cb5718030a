import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Duplex } from "node:stream";

/** What a fork is started with: QEMU's own command line, and the folders whose files it names. */
export interface BareOrder {
  readonly command: readonly string[];
  readonly templateFolder: string;
  readonly machineFolder: string;
}

/** Numbers of what QEMU inherits, as its command line names them. */
const MONITOR = 3;
const AGENT = 5;
const FIRST_FILE = 10;
/** Options that are another machine's own; assay's user is one of them. */
const LEFT_OUT = ["-runas", "-run-with"];

/** Reads off a running fork how QEMU has to be started to load its template. */
export async function readBareOrder(pid: number): Promise<BareOrder> {
  const all = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
  const command = all.filter((each, index) => !LEFT_OUT.includes(each) && !LEFT_OUT.includes(all[index - 1] ?? ""));
  const line = command.join("\n");
  const memory = /mem-path=([^,\n]+)/.exec(line)?.[1];
  const overlay = /"filename":"([^"]+\/machines\/[^"]+)"/.exec(line)?.[1];
  if (memory === undefined || overlay === undefined) throw new Error(`Process ${pid} is no fork.`);
  return { command, templateFolder: dirname(memory), machineFolder: dirname(overlay) };
}

/** A fork made with nothing but a process and a few lines of QMP: what QEMU itself and the guest take. */
export class BareFork implements AsyncDisposable {
  readonly pid: number;
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #streams: readonly Duplex[];

  private constructor(child: ChildProcess, pid: number, folder: string) {
    this.#child = child;
    this.pid = pid;
    this.folder = folder;
    this.#streams = child.stdio.slice(MONITOR, FIRST_FILE) as unknown as Duplex[];
    for (const stream of this.#streams) stream.on("error", () => undefined);
  }

  /** From nothing until the guest runs. */
  static async start({ command, templateFolder, machineFolder }: BareOrder): Promise<BareFork> {
    const folder = await mkdtemp(join(tmpdir(), "assay-bare-"));
    const name = `guest=${basename(machineFolder)}`;
    await Promise.all([
      copyFile(join(templateFolder, "empty-overlay.qcow2"), join(folder, "disk.qcow2")),
      copyFile(join(templateFolder, "firmware-variables.fd"), join(folder, "firmware-variables.fd")),
    ]);
    const [program = "", ...options] = command.map((each) =>
      each
        .replaceAll(machineFolder, folder)
        .replace(/logfile=[^,]+/, `logfile=${folder}/serial.log`)
        .replace(name, `guest=${basename(folder)}`),
    );
    await using state = await open(join(templateFolder, "device-state"), "r");
    const pipes = Array.from({ length: FIRST_FILE - MONITOR }, () => "pipe" as const);
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "inherit", ...pipes, state.fd] });
    await once(child, "spawn");
    const fork = new BareFork(child, child.pid ?? 0, folder);
    const capabilities = ["x-ignore-shared", "events"].map((capability) => ({ capability, state: true }));
    await fork.#ask({ execute: "qmp_capabilities" });
    await fork.#ask({ execute: "migrate-set-capabilities", arguments: { capabilities } });
    await fork.#ask({ execute: "migrate-incoming", arguments: { uri: `fd:${FIRST_FILE}` } }, '"status": "completed"');
    await fork.#ask({ execute: "cont" }, '"RESUME"');
    return fork;
  }

  /** Has the login user's shell of the template run a line that ends with saying `answer`. */
  async run(line: string, answer: string): Promise<void> {
    const agent = this.#stream(AGENT);
    const heard = hear(agent, answer);
    agent.write(`${line}\n`);
    await heard;
  }

  /** Plugs a disk in; resolves when QEMU has taken it. */
  async plug(path: string): Promise<void> {
    const file = { driver: "file", filename: path };
    await this.#ask({ execute: "blockdev-add", arguments: { driver: "raw", "node-name": "bare", file } });
    const device = { driver: "scsi-hd", id: "bare", bus: "scsi0.0", drive: "bare", "scsi-id": 3, lun: 0 };
    await this.#ask({ execute: "device_add", arguments: device });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
    for (const stream of this.#streams) stream.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #ask(command: Readonly<Record<string, unknown>>, answer = '"return"'): Promise<void> {
    const monitor = this.#stream(MONITOR);
    const heard = hear(monitor, answer);
    monitor.write(`${JSON.stringify(command)}\n`);
    await heard;
  }

  #stream(fd: number): Duplex {
    const stream = this.#streams[fd - MONITOR];
    if (stream === undefined) throw new Error(`QEMU was started without descriptor ${fd}.`);
    return stream;
  }
}

async function hear(stream: Duplex, text: string): Promise<void> {
  let heard = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onData = (chunk: Buffer) => {
    heard += chunk.toString("latin1");
    if (heard.includes(text)) resolve();
    else if (heard.includes('"error"')) reject(new Error(`QEMU refused: ${heard}`));
  };
  const onClose = () => reject(new Error(`QEMU ended before it said '${text}'.`));
  stream.on("data", onData).once("close", onClose);
  try {
    await promise;
  } finally {
    stream.off("data", onData).off("close", onClose);
  }
}
