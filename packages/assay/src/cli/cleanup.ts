import { Command } from "commander";
import type { LibvirtCleaning } from "../platforms/libvirt/orphans.ts";
import type { OrphanReport } from "../platforms/qemu/orphans.ts";

interface CleanupOptions {
  readonly json: boolean;
  readonly kept: boolean;
}

/** `assay cleanup`: removes machines whose assay is gone, with all that belongs to them, here and at libvirt; nothing else. */
export function cleanupCommand(): Command {
  return new Command("cleanup")
    .description("Remove machines that ended runs of assay have left behind.")
    .option("--kept", "also remove machines that 'keep_environment' left on purpose", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", "\nMachines of runs that are still going on are never touched. Exit code: 0.")
    .action(async ({ json, kept }: CleanupOptions) => {
      const [{ cleanOrphans }, { cleanLibvirt }] = await Promise.all([
        import("../platforms/qemu/orphans.ts"),
        import("../platforms/libvirt/orphans.ts"),
      ]);
      const which = { kept: kept ? "remove" : "leave" } as const;
      const [report, libvirt] = await Promise.all([cleanOrphans(which), cleanLibvirt(which)]);
      process.stdout.write(`${json ? JSON.stringify(toJson(report, libvirt)) : toText(report, libvirt)}\n`);
    });
}

function toJson({ removed, kept, inUse }: OrphanReport, libvirt: LibvirtCleaning): object {
  return {
    removed: removed.map(({ name, runId, folder, killedPid }) => ({
      name,
      runId,
      folder,
      killedPid: killedPid ?? null,
    })),
    kept: kept.map(({ name, folder, pid }) => ({ name, folder, pid: pid ?? null })),
    inUse,
    libvirt,
  };
}

function toText({ removed, kept, inUse: inUseHere }: OrphanReport, libvirt: LibvirtCleaning): string {
  const inUse = inUseHere + libvirt.inUse;
  const lines = removed.map(({ name, runId, killedPid }) => {
    const process = killedPid === undefined ? "no process was left" : `QEMU process ${killedPid} killed`;
    return `Removed '${name}' of run '${runId}' (${process}).`;
  });
  lines.push(
    ...kept.map(({ name, folder }) => `Left '${name}', which was kept on purpose, in '${folder}'; --kept removes it.`),
  );
  lines.push(
    ...libvirt.removed.map(({ name, runId, uri }) => `Removed '${name}' of run '${runId}' at '${uri}'.`),
    ...libvirt.networks.map(
      ({ name, uri }) => `Removed the network '${name}' at '${uri}', which was made for machines.`,
    ),
    ...libvirt.kept.map(
      ({ name, uri }) => `Left '${name}', which was kept on purpose, at '${uri}'; --kept removes it.`,
    ),
    ...libvirt.unreachable.map((uri) => `Nobody answered at '${uri}', where machines may be left.`),
  );
  if (inUse > 0)
    lines.push(`${inUse} ${inUse === 1 ? "machine belongs" : "machines belong"} to a run that is going on.`);
  return lines.length === 0 ? "Nothing was left behind." : lines.join("\n");
}
