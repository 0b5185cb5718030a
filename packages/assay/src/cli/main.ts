import { Command, CommanderError } from "commander";
import { version } from "../engine/version.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { commandFirst } from "./arguments.ts";
import { reportError } from "./exit.ts";
import { outliveLostOutput } from "./lost-output.ts";

/** Every command with the line help shows for it. A command's module is loaded only when it is asked for. */
const COMMANDS: readonly { name: string; about: string; load: () => Promise<Command> }[] = [
  {
    name: "run",
    about: "Run the cases of a runbook and give a verdict.",
    load: async () => (await import("./run.ts")).runCommand(),
  },
  {
    name: "resume",
    about: "Go on with a run that was cut off.",
    load: async () => (await import("./resume.ts")).resumeCommand(),
  },
  {
    name: "check",
    about: "Check a runbook without touching any machine.",
    load: async () => (await import("./check.ts")).checkCommand(),
  },
  {
    name: "plan",
    about: "Show what a runbook would run.",
    load: async () => (await import("./plan.ts")).planCommand(),
  },
  {
    name: "explain",
    about: "Tell why a case runs or not, or where a variable has its value from.",
    load: async () => (await import("./explain.ts")).explainCommand(),
  },
  {
    name: "list",
    about: "List the cases a runbook selects.",
    load: async () => (await import("./list.ts")).listCommand(),
  },
  {
    name: "report",
    about: "Make a report of a run again, or compare two runs.",
    load: async () => (await import("./report.ts")).reportCommand(),
  },
  {
    name: "replay",
    about: "Run recorded cases again without any machine.",
    load: async () => (await import("./replay.ts")).replayCommand(),
  },
  {
    name: "schema",
    about: "Print the JSON Schema of runbooks, for editors.",
    load: async () => (await import("./schema.ts")).schemaCommand(),
  },
  {
    name: "init",
    about: "Write the first files of a suite.",
    load: async () => (await import("./init.ts")).initCommand(),
  },
  {
    name: "image",
    about: "Build, list and find images.",
    load: async () => (await import("./image.ts")).imageCommand(),
  },
  {
    name: "cleanup",
    about: "Remove what killed runs have left behind.",
    load: async () => (await import("./cleanup.ts")).cleanupCommand(),
  },
];

async function main(argv: readonly string[]): Promise<void> {
  const args = commandFirst(argv, new Set(COMMANDS.map((command) => command.name)));
  const program = new Command("assay")
    .description("Boots a Linux image or kernel, tests it, and gives a verdict with evidence.")
    .version(version(), "-V, --version")
    .exitOverride();
  for (const { name, about, load } of COMMANDS) {
    program.addCommand(args[0] === name ? (await load()).exitOverride() : new Command(name).description(about));
  }
  await program.parseAsync([...args], { from: "user" });
}

outliveLostOutput();

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its own message; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.configuration;
  } else {
    const report = reportError(error, process.argv.includes("--debug") || process.argv.includes("-d"));
    process.stderr.write(`${report.text}\n`);
    process.exitCode = report.exitCode;
  }
}
