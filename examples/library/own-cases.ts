/** Runs cases that are written in the program itself, with a notifier of its own. */
import { join } from "node:path";
import { loadRunbook, type Notifier, run, sh } from "assay";
import { suite } from "assay/suite";

const [logPath = "runs"] = process.argv.slice(2);

const disks = suite("Disks", { area: "own", about: "Disks of this machine." }, ({ test }) => {
  test("root_is_there", { about: "The root file system can be listed.", priority: 1 }, async ({ node }) => {
    const { exitCode } = await node.shell.run(sh`ls /`);
    if (exitCode !== 0) throw new Error(`'ls /' ended with ${exitCode}.`);
  });
  test("has_a_tape_drive", { about: "There is a tape drive.", priority: 2 }, async ({ node }) => {
    const { exitCode } = await node.shell.run(sh`test -e /dev/nst0`);
    if (exitCode !== 0) throw new Error("There is no /dev/nst0.");
  });
});

const seen = new Set<string>();
const counter: Notifier = { name: "counter", onEvent: ({ type }) => seen.add(type), close: async () => [] };

const file = await loadRunbook(join(import.meta.dirname, "this-machine.yml"), { suites: [disks] });
const running = run(file, { cases: ["root_is_there", "has_a_tape_drive"], notifiers: [counter], logPath });
for await (const event of running) {
  if (event.type !== "case-finished") continue;
  console.log(`${event.status} ${event.case}${event.message === "" ? "" : `: ${event.message}`}`);
}
const { verdict, reason } = await running.report;
console.log(`${verdict}: ${reason} Kinds of events: ${seen.size}.`);
