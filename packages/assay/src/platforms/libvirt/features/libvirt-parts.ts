import type { HotParts } from "../../qemu/features/resize/hot-parts.ts";
import type { ProcessorSlot } from "../../qemu/features/resize/list-processors.ts";
import type { QmpExecuteOptions } from "../../qemu/machine/qmp-client.ts";
import { type Virsh, VirshRefused } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import { aliasOf } from "../disks/disk-xml.ts";
import { element, toXml } from "../domain/xml.ts";

/** Processors and memory by libvirt's own means, so that it knows of them and a machine that was off has them again. */
export class LibvirtParts implements HotParts {
  readonly #virsh: Virsh;
  readonly #domain: string;

  constructor(virsh: Virsh, domain: string) {
    this.#virsh = virsh;
    this.#domain = domain;
  }

  moduleName(number: number): string {
    return aliasOf(`module${number}`);
  }

  async addProcessor(_slot: ProcessorSlot, count: number, limits: QmpExecuteOptions): Promise<void> {
    await this.#virsh.run(["setvcpus", this.#domain, `${count}`, "--live", "--config"], limits);
  }

  async askForProcessor(_id: string, count: number, limits: QmpExecuteOptions): Promise<void> {
    try {
      await this.#virsh.run(["setvcpus", this.#domain, `${count}`, "--live"], limits);
    } catch (error) {
      // libvirt waits for a few seconds; a guest takes longer, and whoever asks waits for it.
      if (!(error instanceof VirshRefused && error.words.includes("timed out"))) throw error;
    }
    await this.#virsh.run(["setvcpus", this.#domain, `${count}`, "--config"], limits);
  }

  async addModule(name: string, sizeBytes: number, limits: QmpExecuteOptions): Promise<void> {
    const target = element("target", {}, element("size", { unit: "b" }, `${sizeBytes}`), element("node", {}, "0"));
    const xml = element("memory", { model: "dimm" }, target, element("alias", { name }));
    await withFile("memory.xml", toXml(xml), (file) =>
      this.#virsh.run(["attach-device", this.#domain, file, "--live", "--config"], limits),
    );
  }

  async askForModule(name: string, limits: QmpExecuteOptions): Promise<void> {
    await this.#virsh.run(["detach-device-alias", this.#domain, name, "--live"], limits);
  }

  async dropModule(name: string, limits: QmpExecuteOptions): Promise<void> {
    await this.#virsh.run(["detach-device-alias", this.#domain, name, "--config"], limits);
  }
}
