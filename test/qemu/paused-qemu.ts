import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findQemu } from "../../packages/assay/src/platforms/qemu/host/qemu-binary.ts";
import { machineArguments } from "../../packages/assay/src/platforms/qemu/machine/machine-arguments.ts";
import { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";

/** Starts the usual machine in `folder`, with an empty disk and processors that stand: a QEMU within a second. */
export async function startPausedQemu(folder: string, signal: AbortSignal): Promise<QemuProcess> {
  const disk = join(folder, "disk.qcow2");
  await promisify(execFile)("qemu-img", ["create", "-q", "-f", "qcow2", disk, "1G"]);
  return await QemuProcess.start({
    qemu: await findQemu(),
    folder,
    arguments: machineArguments({
      name: "paused",
      accelerator: "tcg",
      cores: 1,
      memoryMb: 256,
      hardware: { extraArguments: ["-S"] },
      hasTpm: false,
      hasVirtiofs: false,
      privateMac: undefined,
      firmware: undefined,
      disk: [{ path: disk, format: "qcow2" }],
      seed: undefined,
      ignition: undefined,
      kernel: undefined,
      serialLog: join(folder, "serial.log"),
      memory: { path: join(folder, "memory"), access: "shared" },
      isIncoming: false,
      generationId: "6f3a0d3e-0000-4000-8000-000000000000",
    }),
    errorLog: join(folder, "qemu.log"),
    lifetime: "with-owner",
    signal,
  });
}
