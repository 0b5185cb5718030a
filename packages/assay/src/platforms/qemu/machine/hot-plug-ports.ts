import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import { HOT_PLUG_PORTS } from "./hot-plug.ts";
import type { QmpClient, QmpExecuteOptions } from "./qmp-client.ts";

/** A device as QEMU's `device_add` takes it, without its place. */
export interface PluggedDevice {
  readonly driver: string;
  readonly id: string;
  readonly [property: string]: unknown;
}

/** A guest that is busy takes seconds to let a device go; one that never does is asked no longer than this. */
const UNPLUG_TIMEOUT_MS = 60_000;

/** The places of a machine where devices come and go while it runs. QEMU itself is asked which are free. */
export class HotPlugPorts {
  readonly #qmp: QmpClient;
  #last: Promise<unknown> = Promise.resolve();

  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
  }

  /** Plugs a PCI device into the first free port and gives the port's name. Throws PlatformError when all are taken. */
  async plug(device: PluggedDevice, options: QmpExecuteOptions = {}): Promise<string> {
    // One at a time, so that no two are given one port.
    const plugging = this.#last.then(async () => {
      const port = await this.#firstFree(options);
      if (port === undefined) {
        throw new PlatformError(
          `'${device.id}' finds no place: all ${HOT_PLUG_PORTS.length} ports of the machine are taken.`,
          { help: "Remove a device first; SCSI disks need no port." },
        );
      }
      await this.#qmp.execute("device_add", { ...device, bus: port }, options);
      return port;
    });
    this.#last = plugging.catch(() => undefined);
    return await plugging;
  }

  /** Names of the ports that hold nothing, in their order. */
  async *free(options: QmpExecuteOptions = {}): AsyncGenerator<string> {
    for (const port of HOT_PLUG_PORTS) {
      // QEMU's view of PCI shows what is behind a port only once the firmware has given it a number.
      const path = `/machine/peripheral/${port}/${port}`;
      const properties = (await this.#qmp.execute("qom-list", { path }, options)) as readonly {
        readonly name: string;
      }[];
      if (!properties.some(({ name }) => name.startsWith("child["))) yield port;
    }
  }

  async #firstFree(options: QmpExecuteOptions): Promise<string | undefined> {
    for await (const port of this.free(options)) return port;
    return undefined;
  }

  /**
   * Asks the guest to let the device `id` go and waits until it is gone, on whatever bus it is. Throws TimedOut when the
   * guest keeps it.
   */
  async unplug(id: string, { timeoutMs = UNPLUG_TIMEOUT_MS, ...options }: QmpExecuteOptions = {}): Promise<void> {
    const limits = { ...options, timeoutMs };
    const gone = this.#qmp.waitForEvent(
      ({ event, data }) => event === "DEVICE_DELETED" && data.device === id,
      `removal of '${id}'`,
      limits,
    );
    // Awaited only after the request; a failing request must not leave it unhandled.
    gone.catch(() => undefined);
    await this.#qmp.execute("device_del", { id }, limits);
    try {
      await gone;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw new TimedOut(`The guest did not let go of '${id}' within ${timeoutMs / 1000} s.`, {
        help: "Look at the guest's kernel log; a guest that is still booting or has no driver for hot plug keeps devices.",
        cause: error,
      });
    }
  }
}
