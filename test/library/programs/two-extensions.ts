/** Runs two runbooks at once whose extensions have the same names and other contents: two-extensions.ts FOLDER. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRunbook, run } from "assay";

const [folder = "."] = process.argv.slice(2);

const told = await Promise.all(
  ["one", "two"].map(async (name) => {
    const file = await loadRunbook(join(folder, name, "runbook.yml"));
    for (const diagnostic of file.diagnostics) console.error(file.describe(diagnostic));
    const running = run(file, { logPath: join(folder, name, "runs"), reports: [] });
    const lines: string[] = [];
    for await (const event of running) if (event.type === "case-log") lines.push(event.text);
    return lines;
  }),
);
writeFileSync(join(folder, "outcome.json"), JSON.stringify(told));
