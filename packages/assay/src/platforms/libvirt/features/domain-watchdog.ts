import type { WatchdogAction } from "../../../features/watchdog.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { MachineWatchdog } from "../../qemu/features/watchdog.ts";
import type { Domain } from "../domain/domain.ts";

/** The watchdog of a domain, whose QEMU forgets what it is to do when the machine was off. */
export class DomainWatchdog extends MachineWatchdog {
  #chosen: WatchdogAction | undefined;

  constructor({ power, qmp }: Pick<Domain, "power" | "qmp">, shell: Shell) {
    super({ power, qmp, shell });
    power.onSwitchOn(async () => {
      if (this.#chosen !== undefined) await super.setAction(this.#chosen);
    });
  }

  override async setAction(action: WatchdogAction): Promise<void> {
    await super.setAction(action);
    this.#chosen = action;
  }
}
