import { Command } from "commander";
import { printRunbookSchema } from "../runbook/schema/print-schema.ts";

/** `assay schema`: prints the JSON Schema of runbooks, for editors. */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("Print the JSON Schema of runbooks, with which editors complete and check them.")
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText(
      "after",
      "\nFor the YAML extension of an editor, write it to a file and name that in the first line of a runbook:\n" +
        "  # yaml-language-server: $schema=runbook.schema.json",
    )
    .action(() => {
      process.stdout.write(printRunbookSchema());
    });
}
