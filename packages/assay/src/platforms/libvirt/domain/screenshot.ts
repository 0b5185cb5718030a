import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { Screenshot } from "../../../features/screenshot.ts";
import type { Virsh } from "../connection/virsh.ts";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** Pictures of the machine's display over libvirt, which hands them out as PNG since its version 7.3. */
export class DomainScreenshot implements Screenshot {
  readonly featureName = "Screenshot";
  readonly #virsh: Virsh;
  readonly #domain: string;

  constructor(virsh: Virsh, domain: string) {
    this.#virsh = virsh;
    this.#domain = domain;
  }

  async take({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    const folder = await mkdtemp(join(tmpdir(), "assay-screen-"));
    try {
      const file = join(folder, "screen");
      await this.#virsh.run(["screenshot", this.#domain, file], { signal });
      const picture = await readFile(file);
      if (picture.subarray(0, PNG.length).equals(PNG)) return picture;
      throw new PlatformError("libvirt gave a picture that is no PNG.", {
        help: "Use libvirt 7.3 or newer with QEMU 7.1.",
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
