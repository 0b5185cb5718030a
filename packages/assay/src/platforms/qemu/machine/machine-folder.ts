import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import { cacheFolder } from "../../../host/folders.ts";
import { markProcess, type ProcessMark } from "../host/process-mark.ts";

/** Who owns a machine's folder. Written before its QEMU starts, so that nothing is ever without an owner. */
export interface OwnerMark {
  readonly format: 1;
  readonly runId: string;
  readonly name: string;
  readonly controller: ProcessMark;
  readonly qemu: ProcessMark | undefined;
  /** True when the user asked that the machine outlives the run. */
  readonly isKept: boolean;
  readonly createdAt: string;
}

/** Folder under which every machine has one: all that belongs to a machine alone lies in it. */
export const machinesFolder = (): string => join(cacheFolder(), "machines");

/** What a machine's disk may grow by before it is worth starting it. */
export const MACHINE_DISK_BYTES = 200_000_000;

const markPath = (folder: string): string => join(folder, "owner.json");

/** Folder of one machine, removed with it. */
export class MachineFolder {
  readonly path: string;
  #mark: OwnerMark;

  private constructor(path: string, mark: OwnerMark) {
    this.path = path;
    this.#mark = mark;
  }

  static async create(runId: string, name: string): Promise<MachineFolder> {
    const controller = await markProcess(process.pid);
    if (controller === undefined) {
      throw new PlatformError("This process does not find itself under /proc.", {
        help: "Mount /proc; assay marks with it which machines are its own.",
      });
    }
    const path = join(machinesFolder(), `${name.replaceAll(/[^\w.-]/g, "_")}-${randomBytes(6).toString("hex")}`);
    await mkdir(machinesFolder(), { recursive: true });
    const folder = new MachineFolder(path, {
      format: 1,
      runId,
      name,
      controller,
      qemu: undefined,
      isKept: false,
      createdAt: new Date().toISOString(),
    });
    // Appears with its mark in it or not at all: cleaners take a folder without one for rubbish.
    const draft = join(machinesFolder(), `.draft-${process.pid}-${randomBytes(6).toString("hex")}`);
    await mkdir(draft, { mode: 0o700 });
    await writeFile(markPath(draft), JSON.stringify(folder.#mark));
    await rename(draft, path);
    return folder;
  }

  join(file: string): string {
    return join(this.path, file);
  }

  async setQemu(pid: number): Promise<void> {
    await this.#update({ qemu: await markProcess(pid) });
  }

  async keep(): Promise<void> {
    await this.#update({ isKept: true });
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #update(change: Partial<OwnerMark>): Promise<void> {
    this.#mark = { ...this.#mark, ...change };
    const draft = this.join(".owner.json");
    await writeFile(draft, JSON.stringify(this.#mark));
    await rename(draft, markPath(this.path));
  }
}

/** The mark in a machine's folder; undefined when there is none that can be read. */
export async function readOwnerMark(folder: string): Promise<OwnerMark | undefined> {
  try {
    const mark = JSON.parse(await readFile(markPath(folder), "utf8")) as OwnerMark;
    return mark.format === 1 && typeof mark.controller?.pid === "number" ? mark : undefined;
  } catch {
    return undefined;
  }
}
