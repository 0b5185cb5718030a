import type { Feature } from "../../../features/feature.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { Machine } from "../machine/machine.ts";
import { MachineHibernation } from "./hibernation.ts";
import { MachinePanic } from "./panic.ts";
import { MachineScreenshot } from "./screenshot.ts";
import { MachineConsole } from "./serial-console.ts";
import { MachineStartStop } from "./start-stop.ts";
import { MachineWatchdog } from "./watchdog.ts";

/** Features about the life of a machine: how it is switched, how it sleeps, crashes and is looked at. */
export function lifeFeatures({ folder, power, qmp, serial }: Machine, shell: Shell): readonly Feature[] {
  const hibernation = new MachineHibernation({ qmp, power, shell });
  return [
    new MachineConsole(serial, qmp),
    new MachineStartStop(power, hibernation),
    hibernation,
    new MachineWatchdog({ qmp, power, shell }),
    new MachinePanic(qmp, shell),
    new MachineScreenshot(qmp, folder),
  ];
}
