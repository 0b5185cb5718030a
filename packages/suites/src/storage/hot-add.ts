import { type Node, sh } from "assay";
import { type DataDisk, Disk } from "assay/features";
import type { CaseBody, CaseContext } from "assay/suite";
import { Lsblk } from "assay/tools";
import { shuffled } from "./shuffled.ts";

/** In which variant disks are added. */
export interface HotAdd {
  readonly medium: "rotating" | "solid-state";
  /** One at each LUN from the first free one, the same in an order that chance gave, or all at the same time. */
  readonly order: "ascending" | "random" | "parallel";
}

const DISK_BYTES = 20 * 2 ** 30;
const LIMIT_MS = 30_000;
/** Any number will do, and a failure comes again with the same one. */
const SEED = 6;

/**
 * Body of the cases verify_hot_add_disk_*. Adds disks at all free LUNs, looks at them in the guest, removes them and
 * proves that they are gone. The runbook variable `max_disks_to_add` bounds their number; 0 means all.
 */
export function hotAddDisks({ medium, order }: HotAdd): CaseBody {
  return async (context) => {
    const { node, markDirty, log } = context;
    const disk = node.feature(Disk);
    const had = await disk.dataDisks();
    const luns = freeLuns(context, disk.mostDataDisks, had.length, order);
    log.info(`Disks are added at the LUNs ${luns.join(", ")}.`);
    const before = await guestDisks(node);
    const batches = order === "parallel" ? [luns] : luns.map((lun) => [lun]);
    try {
      const added: DataDisk[] = [];
      for (const batch of batches) {
        const wanted = batch.map((lun) => ({ lun, medium, sizeBytes: DISK_BYTES }));
        added.push(...(await disk.addDataDisks(wanted, { signal: context.signal, timeoutMs: LIMIT_MS })));
        await checkAdded(context, { before, added, luns: luns.slice(0, added.length), medium });
      }
      const leaving = order === "parallel" ? [added] : added.map((one) => [one]);
      for (const batch of leaving) {
        await disk.removeDataDisks(
          batch.map(({ id }) => id),
          { signal: context.signal, timeoutMs: LIMIT_MS },
        );
      }
      checkSame(context, before, await guestDisks(node));
    } catch (error) {
      // Whoever uses the machine next would find disks that are not its own.
      markDirty();
      throw error;
    }
  };
}

function freeLuns(
  { variables, skip, fail }: CaseContext,
  most: number,
  used: number,
  order: HotAdd["order"],
): number[] {
  const bound = Number(variables.max_disks_to_add ?? 0);
  if (!Number.isInteger(bound) || bound < 0) fail(`'max_disks_to_add' is '${String(variables.max_disks_to_add)}'.`);
  const free = Array.from({ length: Math.max(0, most - used) }, (_, index) => used + index);
  if (free.length === 0) skip(`The machine has its ${most} data disks already.`);
  const ordered = order === "random" ? shuffled(free, SEED) : free;
  return bound === 0 ? ordered : ordered.slice(0, bound);
}

/** A disk as the guest's kernel tells of it, without the feature. */
interface GuestDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly lun: number | undefined;
  readonly isRotational: boolean;
}

const PLACES = sh`
for disk in /sys/class/block/sd*; do
  [ -e "$disk/queue" ] || continue
  place=$(basename "$(readlink -f "$disk/device")")
  printf '/dev/%s %s %s\n' "$(basename "$disk")" "$(cat "$disk/queue/rotational")" "$place"
done`;

async function guestDisks(node: Node): Promise<readonly GuestDisk[]> {
  const disks = await node.tool(Lsblk).disks();
  const places = (await node.text(PLACES)).split("\n").map((line) => line.split(" "));
  return disks.map(({ path, sizeBytes }) => {
    const [, rotational, place] = places.find(([of]) => of === path) ?? [];
    // Host, channel, target and LUN.
    const lun = place === undefined ? undefined : Number(place.split(":")[3]);
    return { path, sizeBytes, lun, isRotational: rotational !== "0" };
  });
}

interface Expected {
  readonly before: readonly GuestDisk[];
  readonly added: readonly DataDisk[];
  readonly luns: readonly number[];
  readonly medium: HotAdd["medium"];
}

async function checkAdded({ node, expect }: CaseContext, { before, added, luns, medium }: Expected): Promise<void> {
  const fresh = (await guestDisks(node)).filter(({ path }) => before.every((old) => old.path !== path));
  const shown = fresh.map(({ path, lun }) => `${path} at LUN ${lun}`).join(", ");
  expect(
    fresh.length === luns.length,
    `'${node.name}' has ${fresh.length} new disks instead of ${luns.length}: ${shown || "none"}.`,
  );
  const paths = new Set(added.map(({ path }) => path));
  for (const { path, sizeBytes, isRotational } of fresh) {
    expect(paths.has(path), `'${node.name}' has the new disk '${path}', which nobody added.`);
    expect(
      sizeBytes === DISK_BYTES,
      `'${path}' of '${node.name}' has ${sizeBytes} bytes; a disk of ${DISK_BYTES} was added.`,
    );
    expect(
      isRotational === (medium === "rotating"),
      `'${node.name}' takes '${path}' for ${isRotational ? "rotating" : "solid-state"}; a ${medium} disk was added.`,
    );
  }
  const order = (one: number | undefined, other: number | undefined) => (one ?? -1) - (other ?? -1);
  const found = fresh.map(({ lun }) => lun).toSorted(order);
  const wanted = luns.toSorted(order);
  expect(
    found.join() === wanted.join(),
    `'${node.name}' has the new disks at the LUNs ${found.join(", ")}; they were added at ${wanted.join(", ")}.`,
  );
}

function checkSame({ node, expect }: CaseContext, before: readonly GuestDisk[], after: readonly GuestDisk[]): void {
  const only = (these: readonly GuestDisk[], those: readonly GuestDisk[]) =>
    these.filter(({ path }) => those.every((other) => other.path !== path)).map(({ path }) => path);
  const [left, lost] = [only(after, before), only(before, after)];
  expect(left.length === 0, `'${node.name}' still has the disks ${left.join(", ")}, which were removed.`);
  expect(lost.length === 0, `'${node.name}' lost the disks ${lost.join(", ")}, which nobody removed.`);
}
