import { readFile, rm } from "node:fs/promises";
import type { Screenshot } from "../../../features/screenshot.ts";
import { Guard } from "../machine/guards.ts";
import type { MachineFolder } from "../machine/machine-folder.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

/** Pictures of the machine's display. QEMU writes them into the machine's folder, the one place it may write to. */
export class MachineScreenshot implements Screenshot {
  readonly featureName = "Screenshot";
  readonly #qmp: QmpClient;
  readonly #folder: Pick<MachineFolder, "join">;
  #taken = 0;

  constructor(qmp: QmpClient, folder: Pick<MachineFolder, "join">) {
    this.#qmp = qmp;
    this.#folder = folder;
  }

  async take({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    this.#taken++;
    const filename = this.#folder.join(`screen-${this.#taken}.png`);
    const limits = signal === undefined ? {} : { signal };
    try {
      await this.#qmp.execute("screendump", { filename, format: "png", device: Guard.display }, limits);
      return await readFile(filename);
    } finally {
      await rm(filename, { force: true });
    }
  }
}
