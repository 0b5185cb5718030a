import type { DiskErrors, DiskSlowness } from "../../../features/disk-faults.ts";
import type { Fault, FaultInjection } from "../../../features/fault-injection.ts";
import type { DiskRack } from "../disks/disk-rack.ts";
import { QemuDiskFaults } from "./faults/disk-faults.ts";
import { FaultLedger } from "./faults/fault-ledger.ts";

export interface FaultyParts {
  readonly disks: DiskRack;
}

/** Every fault a machine can be given, each kind in a file of its own, with one ledger for all. */
export class QemuFaultInjection implements FaultInjection {
  readonly featureName = "FaultInjection";
  readonly #ledger = new FaultLedger();
  readonly #disks: QemuDiskFaults;

  constructor({ disks }: FaultyParts) {
    this.#disks = new QemuDiskFaults(disks, this.#ledger);
  }

  failDisk(disk: string, errors?: DiskErrors): Promise<Fault> {
    return this.#disks.failDisk(disk, errors);
  }

  slowDisk(disk: string, slowness: DiskSlowness): Promise<Fault> {
    return this.#disks.slowDisk(disk, slowness);
  }

  stallDisk(disk: string): Promise<Fault> {
    return this.#disks.stallDisk(disk);
  }

  loseWrites(disk: string): Promise<Fault> {
    return this.#disks.loseWrites(disk);
  }

  async faults(): Promise<readonly Fault[]> {
    return this.#ledger.list();
  }

  revert({ id }: Fault): Promise<void> {
    return this.#ledger.revert(id);
  }

  revertAll(): Promise<void> {
    return this.#ledger.revertAll();
  }
}
