import { PlatformError } from "../../../errors/catalogue.ts";
import type { DiskLimits } from "../../../features/disk.ts";
import type { QmpClient, QmpExecuteOptions } from "../machine/qmp-client.ts";

/** What holds a disk back; each part is asked for by somebody else. */
export interface Restraints {
  /** What the disk may do at most in the ordinary way. */
  readonly limits?: DiskLimits | undefined;
  /** A fault that makes it slow. */
  readonly slowness?: DiskLimits | undefined;
  readonly isStalled?: boolean;
}

/** The side of a disk that the guest does not see: how fast it is, and what stands between it and its content. */
export class DiskBackend {
  readonly #qmp: QmpClient;
  /** QEMU's name of the content. */
  readonly #content: string;
  /** What stands on the content, the highest last. */
  readonly #filters: string[] = [];
  #restraints: Restraints = {};
  #last: Promise<unknown> = Promise.resolve();
  #isGone = false;

  constructor(qmp: QmpClient, content: string) {
    this.#qmp = qmp;
    this.#content = content;
  }

  /** Whether something stands between the guest and the content. */
  get isFiltered(): boolean {
    return this.#filters.length > 0;
  }

  /** Changes the named parts of what holds the disk back. */
  async restrain(change: Restraints, options: QmpExecuteOptions = {}): Promise<void> {
    await this.#inTurn(async () => {
      // A fault is reverted after its disk was removed, and there is nothing to hold back.
      if (this.#isGone) return;
      const restraints = { ...this.#restraints, ...change };
      const { device } = await this.#state(options);
      await this.#qmp.execute("block_set_io_throttle", { id: device, ...throttleOf(restraints) }, options);
      this.#restraints = restraints;
    });
  }

  /**
   * Puts a block node between the guest and what it has now: `make` gives it as `blockdev-add` takes it, from the name of
   * the node below. Gives the way back, which does nothing once the disk is gone.
   */
  async insert(
    make: (below: string) => Readonly<Record<string, unknown>> & { readonly "node-name": string },
  ): Promise<() => Promise<void>> {
    return await this.#inTurn(async () => {
      const { device, top } = await this.#state();
      const node = make(top);
      const name = node["node-name"];
      await this.#qmp.execute("blockdev-add", node);
      try {
        await this.#qmp.execute("qom-set", { path: device, property: "drive", value: name });
      } catch (error) {
        await this.#qmp.execute("blockdev-del", { "node-name": name }).catch(() => undefined);
        throw error;
      }
      this.#filters.push(name);
      return () => this.#remove(name, top);
    });
  }

  /** Makes the content larger; the guest is told at once. */
  async resize(sizeBytes: number, options: QmpExecuteOptions = {}): Promise<void> {
    await this.#inTurn(() =>
      this.#qmp.execute("block_resize", { "node-name": this.#content, size: sizeBytes }, options),
    );
  }

  /** Size of the content. */
  async sizeBytes(): Promise<number> {
    return (await this.#state()).sizeBytes;
  }

  /** Lets the content go when its device is gone, unless somebody else has. */
  async close({ isContentGone = false }: { readonly isContentGone?: boolean } = {}): Promise<void> {
    await this.#inTurn(async () => {
      this.#isGone = true;
      for (const name of [...this.#filters.splice(0).toReversed(), ...(isContentGone ? [] : [this.#content])]) {
        await this.#qmp.execute("blockdev-del", { "node-name": name });
      }
    });
  }

  async #remove(name: string, below: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#isGone) return;
      const { device, top } = await this.#state();
      if (top !== name) throw new PlatformError(`'${name}' is not the highest node of its disk; '${top}' is.`);
      await this.#qmp.execute("qom-set", { path: device, property: "drive", value: below });
      this.#filters.pop();
      await this.#qmp.execute("blockdev-del", { "node-name": name });
    });
  }

  /** QEMU's path of the device that has the highest node, by which limits and nodes are set. */
  async #state(options: QmpExecuteOptions = {}): Promise<BlockState> {
    const top = this.#filters.at(-1) ?? this.#content;
    const blocks = (await this.#qmp.execute("query-block", {}, options)) as readonly BlockInfo[];
    const block = blocks.find(({ inserted }) => inserted?.["node-name"] === top);
    if (block?.inserted === undefined || block.qdev === undefined) {
      throw new PlatformError(`QEMU knows no device with the disk '${top}'.`);
    }
    // Devices with a name of their own are told by it.
    const device = block.qdev.startsWith("/") ? block.qdev : `/machine/peripheral/${block.qdev}`;
    return { device, top, sizeBytes: block.inserted.image["virtual-size"] };
  }

  /** One change at a time: QEMU takes them in order, but each is made of several. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

interface BlockState {
  readonly device: string;
  readonly top: string;
  readonly sizeBytes: number;
}

interface BlockInfo {
  readonly qdev?: string;
  readonly inserted?: { readonly "node-name": string; readonly image: { readonly "virtual-size": number } };
}

/** One byte a second: the first operation fills the bucket, and the next would wait for an hour. */
const STALL: DiskLimits = { iops: 1, bytesPerSecond: 1 };

/** The tightest of all restraints as QEMU takes them; 0 means none. */
function throttleOf({ limits, slowness, isStalled }: Restraints): Readonly<Record<string, number>> {
  const all = [limits, slowness, isStalled === true ? STALL : undefined];
  const tightest = (name: keyof DiskLimits) => {
    const values = all.flatMap((each) => (each?.[name] === undefined || each[name] === 0 ? [] : [each[name]]));
    return values.length === 0 ? 0 : Math.min(...values);
  };
  const none = { bps_rd: 0, bps_wr: 0, iops_rd: 0, iops_wr: 0 };
  return { bps: tightest("bytesPerSecond"), iops: tightest("iops"), ...none };
}
