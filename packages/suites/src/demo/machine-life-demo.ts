import { Hibernation, Panic, Screenshot, SerialConsole, StartStop, Watchdog } from "assay/features";
import { suite } from "assay/suite";
import { verifyConsoleLogin } from "./machine-life/console-login.ts";
import { verifyDisplay } from "./machine-life/display.ts";
import { verifyPanicIsTold } from "./machine-life/panic.ts";
import { verifyHibernation, verifySuspend } from "./machine-life/sleep.ts";
import { verifyWatchdog } from "./machine-life/watchdog.ts";

export default suite("MachineLifeDemo", {
  area: "demo",
  about: "How a machine sleeps, hangs, crashes and is looked at, to begin one's own cases with.",
  requires: { remote: true },
}, ({ test }) => {
  test(
    "verify_hibernation_resumes",
    {
      about: "The machine is off while it hibernates, and what ran before goes on afterwards.",
      priority: 3,
      requires: { features: [Hibernation, StartStop] },
    },
    verifyHibernation,
  );
  test(
    "verify_suspend_wakes",
    {
      about: "The machine sleeps in memory and answers again when it is woken.",
      priority: 3,
      requires: { features: [Hibernation, StartStop] },
    },
    verifySuspend,
  );
  test(
    "verify_watchdog_resets",
    {
      about: "A guest that does not feed its watchdog is reset.",
      priority: 3,
      requires: { features: [Watchdog, SerialConsole] },
    },
    verifyWatchdog,
  );
  test(
    "verify_panic_is_told",
    {
      about: "A kernel that crashes tells its machine.",
      priority: 3,
      requires: { features: [Panic, StartStop] },
      panicIsExpected: true,
    },
    verifyPanicIsTold,
  );
  test(
    "verify_console_login",
    {
      about: "A user logs in at the serial console with the right password, and with no other.",
      priority: 3,
      requires: { features: [SerialConsole] },
    },
    verifyConsoleLogin,
  );
  test(
    "verify_display",
    {
      about: "What is written to the first virtual terminal shows on the display.",
      priority: 3,
      requires: { features: [Screenshot] },
    },
    verifyDisplay,
  );
});
