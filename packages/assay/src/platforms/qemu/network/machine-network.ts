import { UsageError } from "../../../errors/catalogue.ts";
import type { LinkQuality, NodeNames, PrivateNetwork } from "../../../features/private-network.ts";
import { checkQuality } from "./check-quality.ts";
import type { EthernetSwitch } from "./ethernet-switch.ts";
import { type NetworkPlace, PREFIX_LENGTH } from "./network-plan.ts";

/** One machine's view of the private network of its environment. Whatever it does to links holds at once. */
export class MachineNetwork implements PrivateNetwork {
  readonly featureName = "PrivateNetwork";
  readonly address: string;
  readonly prefixLength = PREFIX_LENGTH;
  readonly macAddress: string;
  readonly place: NetworkPlace;
  readonly ethernetSwitch: EthernetSwitch;

  constructor(place: NetworkPlace, ethernetSwitch: EthernetSwitch) {
    this.address = place.address;
    this.macAddress = place.macAddress;
    this.place = place;
    this.ethernetSwitch = ethernetSwitch;
  }

  async partition(one: NodeNames, other: NodeNames): Promise<void> {
    for (const [left, right] of this.#pairs(one, other)) this.ethernetSwitch.cut(left, right);
  }

  async impair(one: NodeNames, other: NodeNames, quality: LinkQuality): Promise<void> {
    checkQuality(quality);
    for (const [left, right] of this.#pairs(one, other)) this.ethernetSwitch.impair(left, right, quality);
  }

  async heal(): Promise<void> {
    this.ethernetSwitch.heal();
  }

  /** Makes the links to `others` worse until the returned function is called, which puts back what was there before. */
  impairFor(others: NodeNames, quality: LinkQuality): () => void {
    checkQuality(quality);
    const before = this.#pairs(this.place.name, others).map(
      ([left, right]) => [left, right, this.ethernetSwitch.qualityOf(left, right)] as const,
    );
    for (const [left, right] of before) this.ethernetSwitch.impair(left, right, quality);
    return () => {
      for (const [left, right, old] of before) {
        // Who has said something else since then has the last word.
        if (this.ethernetSwitch.qualityOf(left, right) === quality) this.ethernetSwitch.impair(left, right, old);
      }
    };
  }

  #pairs(one: NodeNames, other: NodeNames): readonly (readonly [string, string])[] {
    const rights = this.#known(other);
    return this.#known(one).flatMap((left) =>
      rights.filter((right) => right !== left).map((right) => [left, right] as const),
    );
  }

  #known(given: NodeNames): readonly string[] {
    const names = typeof given === "string" ? [given] : given;
    const known = this.place.hosts.map(({ name }) => name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return names;
    throw new UsageError(`'${unknown}' is no node of this private network.`, {
      help: `Its nodes are '${known.join("', '")}'.`,
    });
  }
}
