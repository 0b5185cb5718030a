import { Command } from "commander";
import type { OrphanReport } from "../platforms/qemu/orphans.ts";

interface CleanupOptions {
  readonly json: boolean;
  readonly kept: boolean;
}

/** `assay cleanup`: removes machines whose assay is gone, with their processes, overlays, seeds and keys; nothing else. */
export function cleanupCommand(): Command {
  return new Command("cleanup")
    .description("Remove machines that ended runs of assay have left behind.")
    .option("--kept", "also remove machines that 'keep_environment' left on purpose", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", "\nMachines of runs that are still going on are never touched. Exit code: 0.")
    .action(async ({ json, kept }: CleanupOptions) => {
      const { cleanOrphans } = await import("../platforms/qemu/orphans.ts");
      const report = await cleanOrphans({ kept: kept ? "remove" : "leave" });
      process.stdout.write(`${json ? JSON.stringify(toJson(report)) : toText(report)}\n`);
    });
}

function toJson({ removed, kept, inUse }: OrphanReport): object {
  return {
    removed: removed.map(({ name, runId, folder, killedPid }) => ({
      name,
      runId,
      folder,
      killedPid: killedPid ?? null,
    })),
    kept: kept.map(({ name, folder, pid }) => ({ name, folder, pid: pid ?? null })),
    inUse,
  };
}

function toText({ removed, kept, inUse }: OrphanReport): string {
  const lines = removed.map(({ name, runId, killedPid }) => {
    const process = killedPid === undefined ? "no process was left" : `QEMU process ${killedPid} killed`;
    return `Removed '${name}' of run '${runId}' (${process}).`;
  });
  lines.push(
    ...kept.map(({ name, folder }) => `Left '${name}', which was kept on purpose, in '${folder}'; --kept removes it.`),
  );
  if (inUse > 0)
    lines.push(`${inUse} ${inUse === 1 ? "machine belongs" : "machines belong"} to a run that is going on.`);
  return lines.length === 0 ? "Nothing was left behind." : lines.join("\n");
}
