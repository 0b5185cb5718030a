import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import { cacheFolder } from "../../../host/folders.ts";
import type { Virsh } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import type { Owner } from "../domain/owner.ts";
import { element, toXml } from "../domain/xml.ts";

/** What an overlay stands on. */
export interface Backing {
  readonly path: string;
  readonly format: string;
}

/** An image takes a while over a network. */
const UPLOAD_LIMIT_MS = 3_600_000;

/** A storage pool of libvirt: the one place for files that works here, on another host, and for another account. */
export class Pool {
  readonly name: string;
  readonly #virsh: Virsh;

  private constructor(virsh: Virsh, name: string) {
    this.#virsh = virsh;
    this.name = name;
  }

  /** The pool `name`, which is started, or made in `folder` when it is not there. Throws VirshRefused. */
  static async open(virsh: Virsh, name: string, folder: string | undefined, signal: AbortSignal): Promise<Pool> {
    const pool = new Pool(virsh, name);
    const info = await virsh.ask(["pool-info", name], { signal });
    if (info === undefined) await pool.#make(folder ?? standardFolder(virsh), signal);
    else if (!/^State:\s+running/m.test(info)) await virsh.run(["pool-start", name], { signal });
    return pool;
  }

  /** The pool `name` if it is there and works. */
  static async find(virsh: Virsh, name: string): Promise<Pool | undefined> {
    const info = await virsh.ask(["pool-info", name]);
    return info !== undefined && /^State:\s+running/m.test(info) ? new Pool(virsh, name) : undefined;
  }

  /** Makes an empty qcow2 volume on `backing` and gives its path. */
  async createOverlay(volume: string, backing: Backing, sizeBytes: number, signal: AbortSignal): Promise<string> {
    return await this.#create(volume, sizeBytes, { backing }, signal);
  }

  /** Makes an empty qcow2 volume, of `owner` where that is another than whoever makes it, and gives its path. */
  async createDisk(volume: string, sizeBytes: number, signal: AbortSignal, owner?: Owner): Promise<string> {
    return await this.#create(volume, sizeBytes, { owner }, signal);
  }

  async #create(
    volume: string,
    sizeBytes: number,
    { backing, owner }: { readonly backing?: Backing; readonly owner?: Owner | undefined },
    signal: AbortSignal,
  ): Promise<string> {
    const xml = element(
      "volume",
      {},
      element("name", {}, volume),
      element("capacity", { unit: "bytes" }, `${sizeBytes}`),
      element(
        "target",
        {},
        element("format", { type: "qcow2" }),
        owner === undefined
          ? undefined
          : element(
              "permissions",
              {},
              element("mode", {}, "0600"),
              element("owner", {}, `${owner.user}`),
              element("group", {}, `${owner.group}`),
            ),
      ),
      backing === undefined
        ? undefined
        : element("backingStore", {}, element("path", {}, backing.path), element("format", { type: backing.format })),
    );
    await withFile("volume.xml", toXml(xml), (file) => this.#virsh.run(["vol-create", this.name, file], { signal }));
    return await this.pathOf(volume, signal);
  }

  /** Copies a file of this machine into a new volume and gives its path. A failed copy leaves nothing. */
  async upload(volume: string, file: string, signal: AbortSignal): Promise<string> {
    const { size } = await stat(file);
    const shape = ["--capacity", `${size}`, "--allocation", "0", "--format", "raw"];
    await this.#virsh.run(["vol-create-as", this.name, volume, ...shape], { signal });
    try {
      await this.#virsh.run(["vol-upload", "--pool", this.name, "--sparse", volume, file], {
        signal,
        timeoutMs: UPLOAD_LIMIT_MS,
      });
    } catch (error) {
      await this.remove(volume);
      throw error;
    }
    return await this.pathOf(volume, signal);
  }

  /** Writes what a volume holds, with all that it stands on, into a file of this machine. */
  async saveWhole(volume: string, file: string, signal: AbortSignal): Promise<void> {
    const whole = `${volume}-whole`;
    const limits = { signal, timeoutMs: UPLOAD_LIMIT_MS };
    await this.#virsh.run(["vol-clone", "--pool", this.name, volume, whole], limits);
    try {
      await this.#virsh.run(["vol-download", "--pool", this.name, "--sparse", whole, file], limits);
    } finally {
      await this.remove(whole);
    }
  }

  /** Reads the first `length` bytes of a volume into a file of this machine. */
  async readHead(volume: string, file: string, length: number, signal: AbortSignal): Promise<void> {
    const part = ["--offset", "0", "--length", `${length}`];
    await this.#virsh.run(["vol-download", "--pool", this.name, ...part, volume, file], { signal });
  }

  /** Writes a file of this machine over the beginning of a volume. */
  async writeHead(volume: string, file: string, length: number, signal: AbortSignal): Promise<void> {
    const part = ["--offset", "0", "--length", `${length}`];
    await this.#virsh.run(["vol-upload", "--pool", this.name, ...part, volume, file], { signal });
  }

  async pathOf(volume: string, signal: AbortSignal): Promise<string> {
    return await this.#virsh.run(["vol-path", "--pool", this.name, volume], { signal });
  }

  /** True when the volume is there. */
  async has(volume: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#virsh.ask(["vol-path", "--pool", this.name, volume], { signal })) !== undefined;
  }

  /** Path of a file beside the volume `volume`. */
  async pathBeside(volume: string, file: string, signal: AbortSignal): Promise<string> {
    return join(dirname(await this.pathOf(volume, signal)), file);
  }

  /** Finds files that others put into the pool. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#virsh.run(["pool-refresh", this.name], { signal });
  }

  /** What is free where it lies. */
  async availableBytes(): Promise<number> {
    const info = await this.#virsh.run(["pool-info", this.name, "--bytes"]);
    return Number(/^Available:\s+(\d+)/m.exec(info)?.[1] ?? 0);
  }

  async remove(volume: string): Promise<void> {
    await this.#virsh.ask(["vol-delete", "--pool", this.name, volume]);
  }

  /** Removes every volume whose name begins with `prefix`. */
  async removeAll(prefix: string): Promise<void> {
    await this.refresh();
    for (const name of await this.list(prefix)) await this.remove(name);
  }

  /** Names of the volumes that begin with `prefix`. */
  async list(prefix: string): Promise<readonly string[]> {
    const listed = (await this.#virsh.ask(["vol-list", this.name])) ?? "";
    const names = listed.split("\n").flatMap((line) => line.trim().split(/\s+/)[0] ?? []);
    return names.filter((name) => name.startsWith(prefix));
  }

  /** What a volume takes of the host's disk; 0 for one that is gone. */
  async allocatedBytes(volume: string, signal: AbortSignal): Promise<number> {
    const info = await this.#virsh.ask(["vol-info", "--pool", this.name, "--bytes", volume], { signal });
    return Number(/^Allocation:\s+(\d+)/m.exec(info ?? "")?.[1] ?? 0);
  }

  /** Paths on which volumes stand whose names begin with `prefix`. */
  async backingPaths(prefix: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const volumes = await this.list(prefix);
    const described = await Promise.all(
      volumes.map((volume) => this.#virsh.ask(["vol-dumpxml", "--pool", this.name, volume], { signal })),
    );
    return new Set(described.flatMap((xml) => /<backingStore>\s*<path>([^<]+)</.exec(xml ?? "")?.[1] ?? []));
  }

  async #make(folder: string, signal: AbortSignal): Promise<void> {
    const { name } = this;
    const virsh = this.#virsh;
    try {
      await virsh.run(["pool-define-as", name, "dir", "--target", folder], { signal });
      await virsh.run(["pool-build", name], { signal });
      await virsh.run(["pool-start", name], { signal });
    } catch (cause) {
      // Another run may have made it at the same moment.
      const info = await virsh.ask(["pool-info", name], { signal });
      if (info !== undefined && /^State:\s+running/m.test(info)) return;
      throw new PlatformError(`The storage pool '${name}' could not be made in '${folder}': ${String(cause)}`, {
        help: "Name a pool that is there as 'storage' under 'platform.libvirt'.",
        cause,
      });
    }
  }
}

/** The user's cache where the machines run as the user, and else where the host keeps its variable data. */
function standardFolder({ uri }: Virsh): string {
  if (uri.mode === "system") return "/var/lib/libvirt/assay";
  return uri.host === undefined ? join(cacheFolder(), "libvirt", "pool") : "/var/tmp/assay-libvirt";
}
