import type { Disk, DiskOptions } from "../../../features/disk.ts";
import type { Nvme, NvmeController, WantedController } from "../../../features/nvme.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell } from "../../../node/shell/types.ts";

/** One line a controller: its name, its serial number and what lies below it. */
const CONTROLLERS = sh`
for folder in /sys/class/nvme/nvme*; do
  [ -e "$folder/serial" ] || continue
  printf '%s %s %s\n' "$(basename "$folder")" "$(tr -d ' ' < "$folder/serial")" "$(ls "$folder" | tr '\n' ' ')"
done`;

/** NVMe controllers, each of which is a data disk of its own: QEMU adds no namespace to a controller that is running. */
export class QemuNvme implements Nvme {
  readonly featureName = "Nvme";
  readonly #disks: Disk;
  readonly #shell: Shell;

  constructor(disks: Disk, shell: Shell) {
    this.#disks = disks;
    this.#shell = shell;
  }

  async controllers(options: DiskOptions = {}): Promise<readonly NvmeController[]> {
    const { signal, timeoutMs = 60_000 } = options;
    const done = await this.#shell.run(CONTROLLERS, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
    requireSuccess(done, this.#shell.label, signal);
    const disks = await this.#disks.dataDisks(options);
    return parseControllers(done.stdout).map((controller) => {
      const id = disks.find(({ bus, serial }) => bus === "nvme" && serial === controller.serial)?.id;
      return id === undefined ? controller : { id, ...controller };
    });
  }

  async addControllers(
    wanted: readonly WantedController[],
    options: DiskOptions = {},
  ): Promise<readonly NvmeController[]> {
    const added = await this.#disks.addDataDisks(
      wanted.map((each) => ({ ...each, bus: "nvme" })),
      options,
    );
    const controllers = await this.controllers(options);
    return added.flatMap(({ id }) => controllers.find((each) => each.id === id) ?? []);
  }

  async removeControllers(ids: readonly string[], options: DiskOptions = {}): Promise<void> {
    await this.#disks.removeDataDisks(ids, options);
  }
}

/** Parses what the script above prints. */
export function parseControllers(text: string): readonly NvmeController[] {
  const controllers = text.split("\n").flatMap((line) => {
    const [name, serial = "", ...below] = line.trim().split(/\s+/);
    if (name === undefined || name === "") return [];
    // A kernel with multiple paths shows 'nvme0c0n1' for its own path to 'nvme0n1'.
    const numbers = below.flatMap((entry) => /^nvme(\d+)(?:c\d+)?n(\d+)$/.exec(entry)?.slice(1).map(Number) ?? []);
    const pairs = Array.from({ length: numbers.length / 2 }, (_, index) => numbers.slice(2 * index, 2 * index + 2));
    const namespaces = pairs
      .toSorted(([, one = 0], [, other = 0]) => one - other)
      .map(([subsystem, namespace]) => `/dev/nvme${subsystem}n${namespace}`);
    return [{ device: `/dev/${name}`, serial, namespaces }];
  });
  return controllers.toSorted((one, other) => one.device.localeCompare(other.device, "en", { numeric: true }));
}
