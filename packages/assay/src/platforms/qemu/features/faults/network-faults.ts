import { UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { NetworkFaults, NetworkFaultTime } from "../../../../features/network-faults.ts";
import type { LinkQuality, NodeNames } from "../../../../features/private-network.ts";
import type { QmpClient } from "../../machine/qmp-client.ts";
import { checkQuality } from "../../network/check-quality.ts";
import type { MachineNetwork } from "../../network/machine-network.ts";
import { OWN_NIC } from "../../nics/first-nics.ts";
import { FrameDetour } from "../../nics/frame-detour.ts";
import type { NicRack } from "../../nics/nic-rack.ts";
import { isOwnFrame } from "../../nics/own-way.ts";
import type { Meeting } from "../../nics/qemu-socket.ts";
import type { FaultLedger } from "./fault-ledger.ts";

const DEFAULT_MS = 600_000;
const MOST_MS = 86_400_000;
/** Longer than this the guest's connections to assay may give up. */
const MOST_OWN_MS = 120_000;

export interface NetworkFaultParts {
  readonly qmp: QmpClient;
  readonly nics: NicRack;
  /** Undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  /** Where QEMU finds this process. */
  readonly meeting?: Meeting;
  /** Tells the frames through which assay reaches the guest; default {@link isOwnFrame}. */
  readonly isOwn?: (frame: Buffer) => boolean;
}

/** Faults of a machine's interfaces and links, each with an end of its own. */
export class QemuNetworkFaults implements NetworkFaults {
  readonly #parts: NetworkFaultParts;
  readonly #ledger: FaultLedger;

  constructor(parts: NetworkFaultParts, ledger: FaultLedger) {
    this.#parts = parts;
    this.#ledger = ledger;
  }

  async unplugCable(nic: string, time: NetworkFaultTime = {}): Promise<Fault> {
    const { nics } = this.#parts;
    nics.netdevOf(nic);
    if (nic === OWN_NIC && !((time.forMs ?? Number.POSITIVE_INFINITY) <= MOST_OWN_MS)) {
      throw new UsageError(`The cable of '${OWN_NIC}' cannot be out for so long: assay reaches the guest through it.`, {
        help: `Give 'forMs' of at most ${MOST_OWN_MS}, or use 'impairNetwork', which spares assay's connections.`,
      });
    }
    return await this.#begin("unplugCable", nic, time, async () => {
      await nics.setFault(nic, true);
      return () => nics.setFault(nic, false);
    });
  }

  async impairNetwork(nic: string, quality: LinkQuality, time: NetworkFaultTime = {}): Promise<Fault> {
    const { qmp, nics, meeting, isOwn = isOwnFrame } = this.#parts;
    checkQuality(quality);
    const netdev = nics.netdevOf(nic);
    const isSpared = nic === OWN_NIC ? isOwn : () => false;
    return await this.#begin("impairNetwork", nic, time, async () => {
      const detour = await FrameDetour.open({ qmp, netdev, quality, isSpared, ...(meeting && { meeting }) });
      nics.setInUse(nic, true);
      return async () => {
        await detour[Symbol.asyncDispose]();
        nics.setInUse(nic, false);
      };
    });
  }

  async impairLinks(others: NodeNames, quality: LinkQuality, time: NetworkFaultTime = {}): Promise<Fault> {
    const { network } = this.#parts;
    if (network === undefined) {
      throw new UsageError("A machine alone has no links to other nodes.", {
        help: "Use 'impairNetwork' for its way to the outside, or ask for several nodes.",
      });
    }
    const target = typeof others === "string" ? others : others.join(", ");
    return await this.#begin("impairLinks", target, time, async () => {
      const restore = network.impairFor(others, quality);
      return async () => restore();
    });
  }

  /** Brings the fault about and winds up the clock that ends it. */
  async #begin(
    kind: keyof NetworkFaults,
    target: string,
    { forMs = DEFAULT_MS }: NetworkFaultTime,
    inject: () => Promise<() => Promise<void>>,
  ): Promise<Fault> {
    if (!(forMs >= 1 && forMs <= MOST_MS)) {
      throw new UsageError(`A fault cannot last ${forMs} ms.`, { help: `Give 'forMs' from 1 to ${MOST_MS}.` });
    }
    let clock: NodeJS.Timeout | undefined;
    let ending: Promise<void> | undefined;
    const fault = await this.#ledger.begin(kind, target, async () => {
      const end = await inject();
      return async () => {
        clearTimeout(clock);
        // Whoever reverts and the clock can come at the same time.
        ending ??= end();
        await ending;
      };
    });
    // A machine that has gone by then has taken the fault with it.
    clock = setTimeout(() => void this.#ledger.revert(fault.id).catch(() => undefined), forMs).unref();
    return fault;
  }
}
