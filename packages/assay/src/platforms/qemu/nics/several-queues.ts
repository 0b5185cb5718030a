import type { QmpClient } from "../machine/qmp-client.ts";
import { type Borrower, LentTaps } from "./lent-taps.ts";
import { USUAL_MTU } from "./nic-plan.ts";

/** An interface and the end of its cable, which has one queue. */
interface Cable {
  /** QEMU's name of the interface. */
  readonly id: string;
  /** A number that no other interface of the machine has. */
  readonly index: number;
  /** QEMU's name of the network end. */
  readonly netdev: string;
  readonly queues: number;
  readonly mtu: number | undefined;
}

/** QEMU's name of the network end with several queues. */
export const queuesOf = (id: string): string => `${id}-queues`;

/** QEMU's names of all that is made, in the order of making. */
const partsOf = (id: string): readonly [string, string, string, string] => [
  queuesOf(id),
  `${id}-outside`,
  `${id}-hub-cable`,
  `${id}-hub-outside`,
];

/**
 * Puts a network end with several queues in front of a cable that has one. Of what QEMU has only taps have queues, so
 * that frames go through a bridge of the host's kernel and a hub of QEMU; what spoils the cable spoils them as well. Throws
 * PlatformError where the host cannot make it; {@link removeQueues} takes away what is there by then.
 */
export async function addQueues(borrower: Borrower, cable: Cable, signal: AbortSignal | undefined): Promise<void> {
  const { qmp } = borrower;
  const { id, index, mtu, netdev, queues } = cable;
  const [several, outside, hubToCable, hubToOutside] = partsOf(id);
  const limits = signal === undefined ? {} : { signal };
  await using taps = await LentTaps.make(borrower, { queues, mtu: mtu ?? USUAL_MTU }, signal);
  const names = Array.from({ length: queues }, (_, queue) => `${id}-queue${queue}`);
  for (const [queue, name] of names.entries()) await taps.lend(queue, name, signal);
  await taps.lend(queues, outside, signal);
  await qmp.execute("netdev_add", { type: "tap", id: several, fds: names.join(":"), vhost: false }, limits);
  await qmp.execute("netdev_add", { type: "tap", id: outside, fd: outside, vhost: false }, limits);
  await qmp.execute("netdev_add", { type: "hubport", id: hubToCable, hubid: index, netdev }, limits);
  await qmp.execute("netdev_add", { type: "hubport", id: hubToOutside, hubid: index, netdev: outside }, limits);
}

/** Takes them away, as far as they are there. */
export async function removeQueues(qmp: QmpClient, id: string): Promise<void> {
  for (const part of partsOf(id).toReversed()) await qmp.execute("netdev_del", { id: part }).catch(() => undefined);
}
