import { randomBytes } from "node:crypto";
import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import type { Snapshot, SnapshotFacts, SnapshotOptions } from "../../../features/snapshot.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { rootOf, setGuestClock } from "../guest/guest-clock.ts";
import type { QmpClient, QmpExecuteOptions } from "../machine/qmp-client.ts";
import { runQmpJob } from "../machine/qmp-job.ts";
import {
  type DiskNames,
  type Hardware,
  hardwareDifference,
  type PresentHardware,
  readHardware,
} from "./snapshot-hardware.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

interface Kept {
  readonly facts: SnapshotFacts;
  readonly hardware: Hardware;
}

/** A machine whose states are kept. */
export interface SnapshotParts {
  readonly qmp: QmpClient;
  readonly disks: DiskNames;
  /** Throws HostExhausted when the host has no room for so many bytes, which are for `what`. */
  needRoom(bytes: number, what: string): Promise<void>;
  /** Makes QEMU be there where it goes when the guest powers off. */
  makePresent?(limits: QmpExecuteOptions): Promise<void>;
}

/**
 * Snapshots inside the machine's own disks, as QEMU keeps them: memory and devices lie in the overlay of the system disk,
 * so that all of it goes with the machine. The same QEMU goes back, so that its ports and monitor stay.
 */
export class QemuSnapshot implements Snapshot {
  readonly featureName = "Snapshot";
  readonly #machine: SnapshotParts;
  readonly #shell: Shell;
  readonly #kept = new Map<string, Kept>();

  constructor(machine: SnapshotParts, shell: Shell) {
    this.#machine = machine;
    this.#shell = shell;
  }

  async take(name: string, options: SnapshotOptions = {}): Promise<SnapshotFacts> {
    const { qmp, disks } = this.#machine;
    if (!/^[\w.-]{1,64}$/.test(name)) {
      throw new UsageError(`A snapshot cannot be called '${name}'.`, {
        help: "Give 1 to 64 letters, digits, '-', '_' and '.'.",
      });
    }
    if (this.#kept.has(name)) {
      throw new UsageError(`There is a snapshot '${name}' already.`, { help: "Remove it, or take another name." });
    }
    const limits = limitsOf(options);
    if ((await this.#status(limits)) !== "running") {
      throw new PlatformError(`No snapshot '${name}' of a machine that does not run.`, { help: "Start it first." });
    }
    const hardware = await readHardware(qmp, disks, limits);
    await this.#machine.needRoom(hardware.memoryBytes, `the snapshot '${name}'`);
    await runQmpJob(qmp, "snapshot-save", { tag: name, ...this.#places(hardware) }, limits);
    const facts = { name, sizeBytes: await this.#sizeOf(name, limits) };
    this.#kept.set(name, { facts, hardware });
    // The guest stood while its memory was written.
    await setGuestClock(rootOf(this.#shell), options.signal);
    return facts;
  }

  async revert(name: string, options: SnapshotOptions = {}): Promise<void> {
    const { qmp, disks } = this.#machine;
    const { hardware } = this.#get(name);
    const limits = limitsOf(options);
    await this.#machine.makePresent?.(limits);
    const now = await readHardware(qmp, disks, limits);
    const difference = hardwareDifference(hardware, now);
    if (difference !== undefined) {
      throw new UsageError(`The machine is not the one of the snapshot '${name}' any more: ${difference}.`, {
        help: "Give it the devices back that it had, and take away those that came.",
      });
    }
    // QEMU lets a machine that is off or has crashed go on only after a reset.
    if ((await this.#status(limits)) !== "running") await qmp.execute("system_reset", {}, limits);
    await runQmpJob(qmp, "snapshot-load", { tag: name, ...this.#places(now) }, limits);
    if ((await this.#status(limits)) !== "running") await qmp.execute("cont", {}, limits);
    const { timeoutMs, signal } = limits;
    await this.#shell.reconnect({ timeoutMs, ...(signal === undefined ? {} : { signal }) });
    // Random numbers would be those that came after the snapshot once already.
    await setGuestClock(rootOf(this.#shell), signal, sh`reseed ${randomBytes(64).toString("hex")}`);
  }

  async remove(name: string, options: SnapshotOptions = {}): Promise<void> {
    const { hardware } = this.#get(name);
    const { qmp, disks } = this.#machine;
    const limits = limitsOf(options);
    // A disk that was removed took its part with it.
    const { nodes } = await readHardware(qmp, disks, limits);
    const devices = hardware.disks.flatMap((disk) => nodes.get(disk) ?? []);
    await runQmpJob(qmp, "snapshot-delete", { tag: name, devices }, limits);
    this.#kept.delete(name);
  }

  async snapshots(): Promise<readonly SnapshotFacts[]> {
    return [...this.#kept.values()].map(({ facts }) => facts);
  }

  #get(name: string): Kept {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const known = [...this.#kept.keys()];
    throw new UsageError(`The machine has no snapshot '${name}'.`, {
      help: known.length === 0 ? "Take one first." : `It has '${known.join("', '")}'.`,
    });
  }

  /** Where memory and devices of a snapshot go, and of which disks it is. */
  #places({ nodes }: PresentHardware) {
    return { vmstate: nodes.get(this.#machine.disks.systemDisk), devices: [...nodes.values()] };
  }

  async #status(limits: QmpExecuteOptions): Promise<string> {
    return ((await this.#machine.qmp.execute("query-status", {}, limits)) as { status: string }).status;
  }

  async #sizeOf(name: string, limits: QmpExecuteOptions): Promise<number> {
    const { qmp, disks } = this.#machine;
    const { nodes: names } = await readHardware(qmp, disks, limits);
    const nodes = (await qmp.execute("query-named-block-nodes", { flat: true }, limits)) as readonly {
      readonly "node-name": string;
      readonly image: { readonly snapshots?: readonly { readonly name: string; readonly "vm-state-size": number }[] };
    }[];
    const kept = nodes.find((node) => node["node-name"] === names.get(disks.systemDisk))?.image.snapshots ?? [];
    return kept.find((snapshot) => snapshot.name === name)?.["vm-state-size"] ?? 0;
  }
}

function limitsOf({ timeoutMs = DEFAULT_TIMEOUT_MS, signal }: SnapshotOptions) {
  return { timeoutMs, ...(signal === undefined ? {} : { signal }) };
}
