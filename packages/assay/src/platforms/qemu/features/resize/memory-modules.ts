import { UsageError } from "../../../../errors/catalogue.ts";
import { sh } from "../../../../node/shell/command.ts";
import type { Shell } from "../../../../node/shell/types.ts";
import { askGuest } from "../../guest/ask-guest.ts";
import type { QmpClient, QmpExecuteOptions } from "../../machine/qmp-client.ts";
import { chooseModules } from "./choose-modules.ts";
import type { HotParts } from "./hot-parts.ts";
import { letGo } from "./let-go.ts";

type Limits = QmpExecuteOptions & { readonly timeoutMs: number };

const MIB = 1 << 20;

interface MemoryDevice {
  readonly type: string;
  readonly data: { readonly id?: string; readonly memdev: string; readonly size: number };
}

export interface Module {
  readonly id: string;
  readonly sizeMb: number;
}

/** The memory of a machine beyond what it began with, in modules of any size. */
export class MemoryModules {
  readonly #qmp: QmpClient;
  readonly #shell: Shell;
  readonly #parts: HotParts;

  constructor(qmp: QmpClient, shell: Shell, parts: HotParts) {
    this.#qmp = qmp;
    this.#shell = shell;
    this.#parts = parts;
  }

  /** What the machine began with, and what was added to it. */
  async read(): Promise<{ readonly baseMb: number; readonly modulesMb: readonly number[] }> {
    const [size, modules] = await Promise.all([
      this.#qmp.execute("query-memory-size-summary") as Promise<{ readonly "base-memory": number }>,
      this.#modules(),
    ]);
    return { baseMb: size["base-memory"] / MIB, modulesMb: modules.map(({ sizeMb }) => sizeMb) };
  }

  /** Modules that make up `memoryMb`; none for 0 and less. Throws UsageError where no modules do. */
  async choose(memoryMb: number): Promise<readonly Module[]> {
    const modules = await this.#modules();
    const chosen = chooseModules(modules, memoryMb);
    if (chosen !== undefined) return chosen;
    throw new UsageError(`${memoryMb} MiB of memory cannot be taken away: they are no whole modules.`, {
      help: `The modules are of ${modules.map(({ sizeMb }) => sizeMb).join(", ")} MiB.`,
    });
  }

  /** Plugs in one module; none for 0 and less. */
  async add(memoryMb: number, limits: Limits): Promise<void> {
    if (memoryMb <= 0) return;
    const taken = (await this.#modules()).map(({ id }) => id);
    let number = 0;
    while (taken.includes(this.#parts.moduleName(number))) number++;
    await this.#parts.addModule(this.#parts.moduleName(number), memoryMb * MIB, limits);
  }

  /** Takes modules away. What is in them is moved by the guest first. */
  async remove(modules: readonly Module[], limits: Limits): Promise<void> {
    for (const { id } of modules) {
      const isGone = async () => (await this.#modules()).every((module) => module.id !== id);
      await letGo({ qmp: this.#qmp, id, ask: () => this.#parts.askForModule(id, limits), isGone }, limits);
      await this.#parts.dropModule(id, limits);
    }
  }

  /** Waits until the guest has all of the added memory in use, in a way in which it can be given back. */
  async putIntoUse(limits: Limits): Promise<void> {
    const modules = await this.#modules();
    if (modules.length === 0) return;
    const addedMb = modules.reduce((total, { sizeMb }) => total + sizeMb, 0);
    const { baseMb } = await this.read();
    // Blocks are all of one size, and the last of the first memory may be short of one.
    const script = sh`cd /sys/devices/system/memory || { echo 'The kernel knows no memory hot plug.' >&2; exit 1; }
block=$((0x$(cat block_size_bytes) >> 20))
wanted=$((${baseMb} / block + ${addedMb} / block))
end=$(($(date +%s) + ${Math.ceil(limits.timeoutMs / 1000)}))
while :; do
  set -- memory[0-9]*
  [ $# -lt $wanted ] || break
  [ "$(date +%s)" -lt "$end" ] || { echo "The guest knows $# of $wanted blocks of memory." >&2; exit 1; }
  sleep 0.2
done
for one in "$@"; do
  read -r state < "$one/state"
  [ "$state" = online ] || { echo online_movable > "$one/state"; } 2> /dev/null || echo online > "$one/state" || exit 1
done`;
    await askGuest(this.#shell, script, { ...limits, timeoutMs: 2 * limits.timeoutMs });
  }

  async #modules(): Promise<readonly Module[]> {
    const devices = (await this.#qmp.execute("query-memory-devices")) as readonly MemoryDevice[];
    return devices.flatMap(({ type, data }) =>
      type === "dimm" && data.id !== undefined ? [{ id: data.id, sizeMb: data.size / MIB }] : [],
    );
  }
}
