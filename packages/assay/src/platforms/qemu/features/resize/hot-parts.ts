import type { QmpClient, QmpExecuteOptions } from "../../machine/qmp-client.ts";
import type { ProcessorSlot } from "./list-processors.ts";

/** How processors and memory come and go. What leaves is only asked for: it is gone when the guest has let it go. */
export interface HotParts {
  /** Name of the memory module with that number, from 0. */
  moduleName(number: number): string;
  /** Adds a processor, with which the machine has `count`. */
  addProcessor(place: ProcessorSlot, count: number, limits: QmpExecuteOptions): Promise<void>;
  /** Asks for the processor that QEMU calls `id`, without which the machine has `count`. */
  askForProcessor(id: string, count: number, limits: QmpExecuteOptions): Promise<void>;
  addModule(name: string, sizeBytes: number, limits: QmpExecuteOptions): Promise<void>;
  askForModule(name: string, limits: QmpExecuteOptions): Promise<void>;
  /** Frees what a module that is gone was made of. */
  dropModule(name: string, limits: QmpExecuteOptions): Promise<void>;
}

/** By commands of QEMU itself. */
export class QmpParts implements HotParts {
  readonly #qmp: QmpClient;
  readonly #backend: Readonly<Record<string, unknown>>;

  /** `isShared`: a daemon writes to the guest's memory, and shall see that of modules too. */
  constructor(qmp: QmpClient, { isShared = false } = {}) {
    this.#qmp = qmp;
    this.#backend = isShared
      ? { "qom-type": "memory-backend-memfd", share: true }
      : { "qom-type": "memory-backend-ram" };
  }

  moduleName(number: number): string {
    return `module${number}`;
  }

  async addProcessor({ type, props }: ProcessorSlot, _count: number, limits: QmpExecuteOptions): Promise<void> {
    await this.#qmp.execute("device_add", { driver: type, id: `processor-${idOf(props)}`, ...props }, limits);
  }

  async askForProcessor(id: string, _count: number, limits: QmpExecuteOptions): Promise<void> {
    await this.#qmp.execute("device_del", { id }, limits);
  }

  async addModule(name: string, sizeBytes: number, limits: QmpExecuteOptions): Promise<void> {
    const memdev = memoryOf(name);
    await this.#qmp.execute("object-add", { ...this.#backend, id: memdev, size: sizeBytes }, limits);
    try {
      await this.#qmp.execute("device_add", { driver: "pc-dimm", id: name, memdev }, limits);
    } catch (error) {
      await this.#qmp.execute("object-del", { id: memdev }).catch(() => undefined);
      throw error;
    }
  }

  async askForModule(name: string, limits: QmpExecuteOptions): Promise<void> {
    await this.#qmp.execute("device_del", { id: name }, limits);
  }

  async dropModule(name: string, limits: QmpExecuteOptions): Promise<void> {
    await this.#qmp.execute("object-del", { id: memoryOf(name) }, limits);
  }
}

const memoryOf = (id: string): string => `${id}-memory`;
const idOf = (props: ProcessorSlot["props"]): string =>
  `${props["socket-id"] ?? 0}-${props["core-id"] ?? 0}-${props["thread-id"] ?? 0}`;
