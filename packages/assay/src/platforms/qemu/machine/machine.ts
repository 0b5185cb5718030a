import { randomUUID } from "node:crypto";
import { copyFile, cp, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";
import { writeError } from "../../../errors/disk-full.ts";
import type { Agents } from "../agent/start-agents.ts";
import { DiskRack } from "../disks/disk-rack.ts";
import type { Hardware, Share } from "../hardware.ts";
import type { Accelerator } from "../host/acceleration.ts";
import type { HostSetup } from "../host/host-setup.ts";
import { firmwareFor, type ProtectedShape, swtpmFor } from "../host/security.ts";
import { needVirtiofsd } from "../host/virtiofsd.ts";
import { notServed } from "../virtiofs/not-served.ts";
import { ServedFolder } from "../virtiofs/served-folder.ts";
import type { BootFiles } from "./boot-files.ts";
import { HotPlugPorts } from "./hot-plug-ports.ts";
import { machineArguments } from "./machine-arguments.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { MachineHelper } from "./machine-helper.ts";
import { type DiskLayer, InheritedFd, type MachineSpec, PRIVATE_NIC } from "./machine-spec.ts";
import { Power } from "./power.ts";
import { QemuProcess } from "./qemu-process.ts";
import type { QmpClient } from "./qmp-client.ts";
import { SerialPort } from "./serial-port.ts";
import { Tpm } from "./tpm.ts";

/** The hardware of a machine, which is part of what a template is made for. */
export interface MachineShape extends ProtectedShape {
  readonly cores: number;
  readonly memoryMb: number;
  /** True for a machine of an environment of several: it has an interface to their private network. */
  readonly hasPrivateNic?: boolean;
  /** What makes it another machine than the usual; absent for the usual. */
  readonly hardware?: Hardware;
  /** A folder over virtiofs. It comes to a machine that runs already, so that it makes no other template. */
  readonly virtiofs?: Share;
}

export interface MachineStart {
  readonly host: HostSetup;
  readonly shape: MachineShape;
  /** Address of the interface to the private network; undefined for a machine without one. */
  readonly privateMac?: string | undefined;
  readonly folder: MachineFolder;
  /** Empty overlay on the first of `backing`, copied for this machine. */
  readonly emptyOverlay: string;
  readonly backing: readonly [DiskLayer, ...DiskLayer[]];
  /** Variable store to start with; undefined for BIOS. */
  readonly firmwareVariables: string | undefined;
  readonly bootFiles: BootFiles;
  /** Folder for `serial.log` and `qemu.log`, which outlive the machine. */
  readonly logFolder: string;
  /** Console output of the template, with which a fork's log begins. */
  readonly earlierSerialLog?: string;
  readonly memory: MachineSpec["memory"];
  /** The folder that it gets over virtiofs once it runs; a template has none, whatever its shape says. */
  readonly virtiofs?: Share | undefined;
  /** Device state of a template, for a fork. */
  readonly deviceState?: string;
  readonly lifetime: "with-owner" | "on-its-own";
  readonly signal: AbortSignal;
}

/** A running QEMU with one guest, and all that the host keeps for it. Disposing removes both. */
export class Machine implements AsyncDisposable {
  readonly folder: MachineFolder;
  readonly serial: SerialPort;
  readonly power: Power;
  /** Where devices come and go while it runs. */
  readonly ports: HotPlugPorts;
  readonly disks: DiskRack;
  readonly overlay: string;
  readonly firmwareVariables: string | undefined;
  /** The port of 127.0.0.1 that leads to the guest's SSH server. */
  readonly sshPort: number;
  readonly accelerator: Accelerator;
  /** False where the memory is that of a template, whose file must not be changed. */
  readonly hasOwnMemory: boolean;
  readonly #process: QemuProcess;
  readonly #helpers: readonly MachineHelper[];
  /** The folder that waits for its device; undefined for a machine without one. */
  readonly served: ServedFolder | undefined;

  private constructor({ process, served, tpm }: Processes, start: MachineStart, paths: MachinePaths, sshPort: number) {
    this.#process = process;
    this.#helpers = [tpm, served].filter((helper) => helper !== undefined);
    this.served = served;
    this.folder = start.folder;
    this.serial = new SerialPort(process.serial, paths.serialLog);
    this.power = new Power(process.qmp);
    this.ports = new HotPlugPorts(process.qmp);
    const { folder, host } = start;
    this.disks = new DiskRack({ qmp: process.qmp, ports: this.ports, qemuImg: host.qemuImg, folder });
    this.overlay = paths.overlay;
    this.firmwareVariables = paths.variables;
    this.sshPort = sshPort;
    this.accelerator = host.acceleration.accelerator;
    this.hasOwnMemory = start.memory === undefined || dirname(start.memory.path) === folder.path;
  }

  get pid(): number {
    return this.#process.pid;
  }
  get qmp(): QmpClient {
    return this.#process.qmp;
  }
  /** The host's ends of the connections that the agents have. */
  get agents(): Agents<readonly [Duplex, Duplex]> {
    const [userOutput, userErrors, rootOutput, rootErrors] = this.#process.agents;
    if (userOutput === undefined || userErrors === undefined || rootOutput === undefined || rootErrors === undefined) {
      throw new Error("QEMU was started without the sockets of the agents.");
    }
    return { user: [userOutput, userErrors], root: [rootOutput, rootErrors] };
  }
  /** The host's end of the interface to the private network; nothing comes from a machine that has none. */
  get network(): Duplex {
    return this.#process.network;
  }
  /** Plugs the cable of the interface to the private network in or out, as the guest sees it. */
  async setPrivateLink(state: "up" | "down", signal: AbortSignal): Promise<void> {
    await this.qmp.execute("set_link", { name: PRIVATE_NIC, up: state === "up" }, { signal });
  }

  /** Halts the process of QEMU, or lets it go on. False when it has ended. */
  signal(name: "SIGSTOP" | "SIGCONT"): boolean {
    return this.#process.signal(name);
  }

  /** Whom QEMU runs as, in words. */
  get runsAs(): string {
    return this.#process.runsAs;
  }
  /** Resolves with QEMU's last words when its process has ended. */
  get ended(): Promise<string> {
    return this.#process.ended;
  }

  /** Starts QEMU. A guest without `deviceState` runs from power-on at once. Throws HostExhausted or PlatformError. */
  static async start(start: MachineStart): Promise<Machine> {
    const { folder, host, shape } = start;
    const firmware = firmwareFor(host, shape);
    const paths = await prepareFiles(start);
    await using opened = new AsyncDisposableStack();
    const swtpm = swtpmFor(host, shape);
    const tpm =
      swtpm === undefined
        ? undefined
        : opened.use(
            await Tpm.start({ program: swtpm, folder: folder.join("tpm"), log: `${start.logFolder}/tpm.log` }),
          );
    const served = await serve(start);
    if (served !== undefined) opened.use(served);
    const process = await QemuProcess.start({
      qemu: host.qemu,
      folder: folder.path,
      arguments: machineArguments({
        name: folder.path.split("/").at(-1) ?? folder.path,
        accelerator: host.acceleration.accelerator,
        cores: shape.cores,
        memoryMb: shape.memoryMb,
        hardware: shape.hardware ?? {},
        privateMac: start.privateMac,
        firmware:
          firmware === undefined || paths.variables === undefined
            ? undefined
            : { ...firmware, variables: paths.variables },
        hasTpm: tpm !== undefined,
        hasVirtiofs: served !== undefined,
        disk: [{ path: paths.overlay, format: "qcow2" }, ...start.backing],
        ...start.bootFiles,
        serialLog: paths.serialLog,
        memory: start.memory,
        isIncoming: start.deviceState !== undefined,
        generationId: randomUUID(),
      }),
      errorLog: paths.errorLog,
      lifetime: start.lifetime,
      signal: start.signal,
      ...(start.deviceState === undefined ? {} : { deviceState: start.deviceState }),
      tpm: tpm?.connection,
      virtiofs: served?.connection,
    }).catch(async (error: unknown) => {
      // A daemon that gave up took its end of the connection with it before QEMU could have the other.
      throw served?.connection.destroyed === true ? await notServed(served.share, served.ended, error) : error;
    });
    tpm?.handOver();
    served?.handOver();
    try {
      // The port can be asked for while the mark is being written.
      const [sshPort] = await Promise.all([askForSshPort(process.qmp), folder.setQemu(process.pid)]);
      const machine = new Machine({ process, served, tpm }, start, paths, sshPort);
      if (start.deviceState !== undefined) await machine.#load(start.signal);
      opened.move();
      return machine;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where {@link keep} puts the key to log in with. */
  get keyFile(): string {
    return this.folder.join("ssh-key");
  }

  /** Marks this machine as one that outlives assay and puts the key to log in beside it; its folder stays. */
  async keep(privateKey: string): Promise<void> {
    await writeFile(this.keyFile, privateKey, { mode: 0o600 });
    await this.folder.keep();
  }

  /** Lets assay end while this machine goes on. */
  release(): void {
    this.#process.release();
    for (const helper of this.#helpers) helper.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    for (const helper of this.#helpers) await helper[Symbol.asyncDispose]();
    await this.folder.remove();
  }

  /** Takes over the template's device state; the guest's processors stand until `cont`. */
  async #load(signal: AbortSignal): Promise<void> {
    const done = this.qmp.waitForEvent(
      ({ event, data }) => event === "MIGRATION" && (data.status === "completed" || data.status === "failed"),
      "end of loading the device state",
      { signal },
    );
    done.catch(() => undefined);
    await this.qmp.execute("migrate-set-capabilities", { capabilities: forkCapabilities });
    await this.qmp.execute("migrate-incoming", { uri: `fd:${InheritedFd.deviceState}` });
    const { data } = await done;
    if (data.status === "failed") throw new PlatformError("The template's device state does not load.");
  }
}

/** Memory is shared by its file, so that only the devices are in the stream; events tell when it is through. */
export const forkCapabilities = [
  { capability: "x-ignore-shared", state: true },
  { capability: "events", state: true },
];

/** What runs for a machine. */
interface Processes {
  readonly process: QemuProcess;
  readonly tpm: Tpm | undefined;
  readonly served: ServedFolder | undefined;
}

interface MachinePaths {
  readonly overlay: string;
  readonly variables: string | undefined;
  readonly serialLog: string;
  readonly errorLog: string;
}

async function serve({ host, logFolder, virtiofs: share }: MachineStart): Promise<ServedFolder | undefined> {
  if (share === undefined) return undefined;
  return await ServedFolder.start({ daemon: needVirtiofsd(host), share, log: `${logFolder}/virtiofsd.log` });
}

async function prepareFiles(start: MachineStart): Promise<MachinePaths> {
  const paths: MachinePaths = {
    overlay: start.folder.join("disk.qcow2"),
    variables: start.firmwareVariables === undefined ? undefined : start.folder.join("firmware-variables.fd"),
    serialLog: `${start.logFolder}/serial.log`,
    errorLog: `${start.logFolder}/qemu.log`,
  };
  try {
    await Promise.all([
      copyFile(start.emptyOverlay, paths.overlay),
      ...(start.firmwareVariables === undefined || paths.variables === undefined
        ? []
        : [copyFile(start.firmwareVariables, paths.variables)]),
      ...(start.earlierSerialLog === undefined ? [] : [cp(start.earlierSerialLog, paths.serialLog)]),
    ]);
  } catch (cause) {
    throw writeError(cause, start.folder.path, "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.");
  }
  return paths;
}

async function askForSshPort(qmp: QmpClient): Promise<number> {
  const text = await qmp.execute("human-monitor-command", { "command-line": "info usernet" });
  const port = Number(/TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)/.exec(String(text))?.[1]);
  if (!(port > 0))
    throw new PlatformError(`QEMU does not tell the port it forwards to the guest: '${String(text).trim()}'.`);
  return port;
}
