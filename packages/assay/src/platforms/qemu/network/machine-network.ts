import { UsageError } from "../../../errors/catalogue.ts";
import type { LinkQuality, NodeNames, PrivateNetwork } from "../../../features/private-network.ts";
import type { EthernetSwitch } from "./ethernet-switch.ts";
import { type NetworkPlace, PREFIX_LENGTH } from "./network-plan.ts";

/** Timers hold no longer ones; they would end at once. */
const MAX_LATENCY_MS = 2 ** 31 - 1;

/** One machine's view of the private network of its environment. Whatever it does to links holds at once. */
export class MachineNetwork implements PrivateNetwork {
  readonly featureName = "PrivateNetwork";
  readonly address: string;
  readonly prefixLength = PREFIX_LENGTH;
  readonly macAddress: string;
  readonly #place: NetworkPlace;
  readonly #switch: EthernetSwitch;

  constructor(place: NetworkPlace, ethernetSwitch: EthernetSwitch) {
    this.address = place.address;
    this.macAddress = place.macAddress;
    this.#place = place;
    this.#switch = ethernetSwitch;
  }

  async partition(one: NodeNames, other: NodeNames): Promise<void> {
    for (const [left, right] of this.#pairs(one, other)) this.#switch.cut(left, right);
  }

  async impair(one: NodeNames, other: NodeNames, quality: LinkQuality): Promise<void> {
    const { latencyMs = 0, lossPercent = 0 } = quality;
    if (!(latencyMs >= 0 && latencyMs <= MAX_LATENCY_MS && lossPercent >= 0 && lossPercent <= 100)) {
      throw new UsageError(`A link cannot have a latency of ${latencyMs} ms and a loss of ${lossPercent} %.`, {
        help: `Give a latency from 0 to ${MAX_LATENCY_MS} ms and a loss from 0 to 100 %.`,
      });
    }
    for (const [left, right] of this.#pairs(one, other)) this.#switch.impair(left, right, quality);
  }

  async heal(): Promise<void> {
    this.#switch.heal();
  }

  #pairs(one: NodeNames, other: NodeNames): readonly (readonly [string, string])[] {
    const rights = this.#known(other);
    return this.#known(one).flatMap((left) =>
      rights.filter((right) => right !== left).map((right) => [left, right] as const),
    );
  }

  #known(given: NodeNames): readonly string[] {
    const names = typeof given === "string" ? [given] : given;
    const known = this.#place.hosts.map(({ name }) => name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return names;
    throw new UsageError(`'${unknown}' is no node of this private network.`, {
      help: `Its nodes are '${known.join("', '")}'.`,
    });
  }
}
