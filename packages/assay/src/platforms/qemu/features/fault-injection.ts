import type { DiskErrors, DiskSlowness } from "../../../features/disk-faults.ts";
import type { Fault, FaultInjection } from "../../../features/fault-injection.ts";
import type { FaultTime } from "../../../features/machine-faults.ts";
import type { NetworkFaultTime } from "../../../features/network-faults.ts";
import type { LinkQuality, NodeNames } from "../../../features/private-network.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { Machine } from "../machine/machine.ts";
import { QemuClockFaults } from "./faults/clock-faults.ts";
import { type FaultyDisks, QemuDiskFaults } from "./faults/disk-faults.ts";
import { FaultLedger } from "./faults/fault-ledger.ts";
import { QemuMemoryFaults } from "./faults/memory-faults.ts";
import { type NetworkFaultParts, QemuNetworkFaults } from "./faults/network-faults.ts";
import { QemuProcessorFaults } from "./faults/processor-faults.ts";

export interface FaultyParts extends NetworkFaultParts {
  readonly disks: FaultyDisks;
  readonly machine: Pick<Machine, "qmp" | "signal">;
  readonly shell: Shell;
}

/** Every fault a machine can be given, each kind in a file of its own, with one ledger for all. */
export class QemuFaultInjection implements FaultInjection {
  readonly featureName = "FaultInjection";
  readonly #ledger = new FaultLedger();
  readonly #disks: QemuDiskFaults;
  readonly #network: QemuNetworkFaults;
  readonly #processors: QemuProcessorFaults;
  readonly #clock: QemuClockFaults;
  readonly #memory: QemuMemoryFaults;

  constructor({ disks, machine, shell, ...parts }: FaultyParts) {
    this.#disks = new QemuDiskFaults(disks, this.#ledger);
    this.#network = new QemuNetworkFaults(parts, this.#ledger);
    this.#processors = new QemuProcessorFaults(machine, this.#ledger);
    this.#clock = new QemuClockFaults(shell, this.#ledger);
    this.#memory = new QemuMemoryFaults(shell, this.#ledger);
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

  unplugCable(nic: string, time?: NetworkFaultTime): Promise<Fault> {
    return this.#network.unplugCable(nic, time);
  }

  impairNetwork(nic: string, quality: LinkQuality, time?: NetworkFaultTime): Promise<Fault> {
    return this.#network.impairNetwork(nic, quality, time);
  }

  impairLinks(others: NodeNames, quality: LinkQuality, time?: NetworkFaultTime): Promise<Fault> {
    return this.#network.impairLinks(others, quality, time);
  }

  stealProcessors(steal: FaultTime & { readonly percent: number }): Promise<Fault> {
    return this.#processors.stealProcessors(steal);
  }

  stallMachine(stall: FaultTime): Promise<Fault> {
    return this.#processors.stallMachine(stall);
  }

  skewClock(skew: FaultTime & { readonly partsPerMillion: number }): Promise<Fault> {
    return this.#clock.skewClock(skew);
  }

  pressMemory(pressure: FaultTime & { readonly leaveMb: number }): Promise<Fault> {
    return this.#memory.pressMemory(pressure);
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

  /** Strikes out faults of these kinds, which ended with what they were made in. */
  forget(kinds: readonly string[]): void {
    this.#ledger.forget(kinds);
  }
}
