import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

const FOLDER = "/sys/devices/system/clocksource/clocksource0";

export interface ClocksourceState {
  /** Such as `tsc`, `kvm-clock`, `hyperv_clocksource_tsc_page`. */
  readonly current: string;
  readonly available: readonly string[];
  /** Whether the kernel lets a source be taken away from it. */
  readonly canUnbind: boolean;
}

/** What the kernel takes the time from. Source: /sys/devices/system/clocksource. */
export class Clocksource extends Tool {
  async state(): Promise<ClocksourceState> {
    const command = sh`cd ${FOLDER} && cat current_clocksource available_clocksource &&
      if [ -e unbind_clocksource ]; then echo yes; else echo no; fi`;
    return parseClocksource(await this.node.text(command));
  }

  /** Asks the kernel to use another source; it keeps the old one when it trusts that more. */
  async select(name: string): Promise<void> {
    await this.#write("current_clocksource", name);
  }

  /** Takes a source away until the next boot; throws CommandFailed when it is the last one. */
  async unbind(name: string): Promise<void> {
    await this.#write("unbind_clocksource", name);
  }

  async #write(file: string, value: string): Promise<void> {
    await this.node.text(sh`printf %s ${value} > ${`${FOLDER}/${file}`}`, { sudo: true });
  }
}

/** Parses the three lines that {@link Clocksource.state} asks for. */
export function parseClocksource(output: string): ClocksourceState {
  const [current, available, canUnbind] = output.split(/\r?\n/).map((line) => line.trim());
  if (!current || available === undefined || canUnbind === undefined) {
    throw unexpected(`${FOLDER}`, "there is no current clock source", output);
  }
  return { current, available: available.split(/\s+/).filter((name) => name !== ""), canUnbind: canUnbind === "yes" };
}
