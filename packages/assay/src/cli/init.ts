import { Command } from "commander";

interface InitOptions {
  readonly force: boolean;
  readonly json: boolean;
}

/** `assay init`: writes first files, to be changed by the user. */
export function initCommand(): Command {
  const command = new Command("init").description("Write the first files of something new into this folder.");
  command
    .command("suite")
    .description("Write a suite with one case, its test, and a runbook that loads it.")
    .argument("<name>", "name of the suite, such as disk_room")
    .option("--force", "write over files of these names", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .action(initSuite);
  return command;
}

async function initSuite(name: string, { force, json }: InitOptions): Promise<void> {
  const [{ writeSuite }, { suites }] = await Promise.all([import("./init/write-suite.ts"), import("@assay/suites")]);
  const { names, files } = await writeSuite(process.cwd(), name, {
    isForced: force,
    takenNames: suites.map((suite) => suite.name),
  });
  const lines = [
    ...files.map((file) => `wrote ${file}`),
    "",
    `assay run -r ${names.file}.yml   # runs the case on this machine`,
    "node --test                      # tests its rule",
  ];
  process.stdout.write(`${json ? JSON.stringify({ suite: names.suite, files }) : lines.join("\n")}\n`);
}
