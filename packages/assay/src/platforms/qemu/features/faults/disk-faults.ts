import { UsageError } from "../../../../errors/catalogue.ts";
import type { DiskErrors, DiskFaults, DiskSlowness } from "../../../../features/disk-faults.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { DiskBackend, Restraints } from "../../disks/disk-backend.ts";
import type { DiskRack, ScratchFile } from "../../disks/disk-rack.ts";
import { debugRules } from "./disk-errors.ts";
import type { FaultLedger } from "./fault-ledger.ts";

/** The disks of a machine, as far as faults have to do with them. */
export interface FaultyDisks extends Pick<DiskRack, "isReadOnly"> {
  backend(id: string): DiskBackend | Promise<DiskBackend>;
  /** An empty qcow2 file for what a disk is not to keep. */
  scratchFile(id: string, sizeBytes: number): Promise<ScratchFile>;
}

/** Faults of disks, by what QEMU puts between a disk's device and its content, and by its limits. */
export class QemuDiskFaults implements DiskFaults {
  readonly #rack: FaultyDisks;
  readonly #ledger: FaultLedger;

  constructor(rack: FaultyDisks, ledger: FaultLedger) {
    this.#rack = rack;
    this.#ledger = ledger;
  }

  async failDisk(disk: string, errors: DiskErrors = {}): Promise<Fault> {
    const rules = debugRules(errors);
    const backend = await this.#unfiltered(disk);
    return await this.#ledger.begin("failDisk", disk, () =>
      backend.insert((below) => ({
        // Tells blkdebug of every operation; without it nothing could be counted.
        driver: "raw",
        "node-name": `${disk}-errors`,
        file: { driver: "blkdebug", image: below, ...rules },
      })),
    );
  }

  async slowDisk(disk: string, slowness: DiskSlowness): Promise<Fault> {
    const { latencyMs, bytesPerSecond } = slowness;
    const isGiven = (value: number | undefined, most: number) =>
      value === undefined || (Number.isInteger(value) && value >= 1 && value <= most);
    const isAny = latencyMs !== undefined || bytesPerSecond !== undefined;
    if (!isAny || !isGiven(latencyMs, 1000) || !isGiven(bytesPerSecond, Number.MAX_SAFE_INTEGER)) {
      throw new UsageError(`A disk cannot be slow like this: ${JSON.stringify(slowness)}.`, {
        help: "Give 'latencyMs' from 1 to 1000, 'bytesPerSecond' from 1, or both, as whole numbers.",
      });
    }
    const limits = {
      ...(latencyMs === undefined ? {} : { iops: Math.floor(1000 / latencyMs) }),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    };
    return await this.#restrain("slowDisk", disk, { slowness: limits }, { slowness: undefined });
  }

  async stallDisk(disk: string): Promise<Fault> {
    return await this.#restrain("stallDisk", disk, { isStalled: true }, { isStalled: false });
  }

  async loseWrites(disk: string): Promise<Fault> {
    const backend = await this.#unfiltered(disk);
    if (this.#rack.isReadOnly(disk)) {
      throw new UsageError(`'${disk}' is read-only and has no writes to lose.`, { help: "Take another disk." });
    }
    return await this.#ledger.begin("loseWrites", disk, async () => {
      const scratch = await this.#rack.scratchFile(disk, await backend.sizeBytes());
      try {
        const remove = await backend.insert((below) => ({
          driver: "qcow2",
          "node-name": `${disk}-lost`,
          backing: below,
          cache: { "no-flush": true },
          file: { driver: "file", filename: scratch.path },
        }));
        return async () => {
          await remove();
          await scratch.remove();
        };
      } catch (error) {
        await scratch.remove();
        throw error;
      }
    });
  }

  async #restrain(kind: string, disk: string, change: Restraints, back: Restraints): Promise<Fault> {
    const backend = await this.#rack.backend(disk);
    return await this.#ledger.begin(kind, disk, async () => {
      await backend.restrain(change);
      return () => backend.restrain(back);
    });
  }

  /** What fails and what is lost are nodes on top of each other, and only the highest can be taken away. */
  async #unfiltered(disk: string): Promise<DiskBackend> {
    const backend = await this.#rack.backend(disk);
    if (!backend.isFiltered) return backend;
    throw new UsageError(`'${disk}' has a fault already; 'failDisk' and 'loseWrites' exclude each other.`, {
      help: "Revert the fault that is in force on it first.",
    });
  }
}
