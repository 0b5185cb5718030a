import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../../host/folders.ts";
import { replaceFile } from "../../../host/replace-file.ts";
import { hostArchitecture, type ProcessorName, processorOf } from "../../../image/architecture.ts";
import { PROBE_EXIT_CODE, PROBE_MEMORY_MB, probeRom } from "./probe-guest.ts";
import type { QemuBinary } from "./qemu-binary.ts";

export type Accelerator = "kvm" | "tcg";

/** How guests run on this host, and why. */
export interface Acceleration {
  readonly accelerator: Accelerator;
  /** A sentence for progress and reports. */
  readonly reason: string;
  /** True when the answer is an earlier probe's, kept for this kernel, QEMU and processor. */
  readonly isCached: boolean;
}

export interface ProbeOptions {
  readonly qemu: QemuBinary;
  /** Of the guests; default x86_64. */
  readonly architecture?: ProcessorName;
  readonly signal?: AbortSignal;
  /** Device whose presence makes the probe worth its time. Default `/dev/kvm`. */
  readonly kvmDevice?: string;
  /** A working KVM needs 0.1 s for the probe guest. Default 4000 ms. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 4000;

/** Whether a guest really runs under `accelerator`: starts one and waits for its exit code. Never throws but for an abort. */
export async function runsGuests(accelerator: Accelerator, options: ProbeOptions): Promise<boolean> {
  await mkdir(probeFolder(), { recursive: true });
  const folder = await mkdtemp(join(probeFolder(), "guest-"));
  try {
    const rom = join(folder, "probe.rom");
    await writeFile(rom, probeRom());
    return await new Promise<boolean>((resolve, reject) => {
      const child = execFile(
        options.qemu.path,
        [
          ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", `${PROBE_MEMORY_MB}`],
          ...["-machine", `q35,accel=${accelerator}`, "-bios", rom, "-device", "isa-debug-exit,iobase=0x501,iosize=1"],
          ...(accelerator === "kvm" ? ["-cpu", "host"] : []),
        ],
        { timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, killSignal: "SIGKILL", signal: options.signal },
        () => {
          if (options.signal?.aborted === true) reject(options.signal.reason);
          else resolve(child.exitCode === PROBE_EXIT_CODE);
        },
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Chooses the accelerator by starting a tiny guest: a KVM that opens but hangs is common on nested hosts, and a real
 * guest would hang with it. The answer is kept per kernel, QEMU and processor.
 */
export async function probeAcceleration(options: ProbeOptions): Promise<Acceleration> {
  const { architecture = "x86_64" } = options;
  const own = hostProcessor();
  if (own !== architecture) {
    const reason = `Software emulation: this host's processors are ${own}, and those of its guests ${architecture}.`;
    return { accelerator: "tcg", reason, isCached: false };
  }
  if (architecture !== "x86_64") {
    // The probe guest is made of x86_64's code; without a proof nobody waits for a guest that may hang.
    return { accelerator: "tcg", reason: `Software emulation: no probe guest for ${architecture}.`, isCached: false };
  }
  const device = options.kvmDevice ?? "/dev/kvm";
  const obstacle = await access(device, constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? "error",
  );
  if (obstacle !== undefined) {
    // Not worth keeping: the check costs nothing, and being added to the group 'kvm' must count at once.
    const why = obstacle === "ENOENT" ? "is not there" : `cannot be opened (${obstacle})`;
    return { accelerator: "tcg", reason: `Software emulation: '${device}' ${why}.`, isCached: false };
  }
  const file = join(probeFolder(), `${hostKey(options.qemu, device)}.json`);
  const kept = await readKept(file);
  if (kept !== undefined) return { ...kept, isCached: true };
  const isWorking = await runsGuests("kvm", options);
  const found = isWorking
    ? { accelerator: "kvm" as const, reason: "KVM: a probe guest ran." }
    : {
        accelerator: "tcg" as const,
        reason: `Software emulation: '${device}' opens, but a probe guest did not get through it within ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS} ms.`,
      };
  await replaceFile(file, JSON.stringify(found));
  return { ...found, isCached: false };
}

/** What this host's processors are called, in the words of QEMU where assay knows them. */
export function hostProcessor(): string {
  const own = hostArchitecture();
  return own === undefined ? process.arch : processorOf[own];
}

const probeFolder = (): string => join(cacheFolder(), "acceleration");

function hostKey(qemu: QemuBinary, device: string): string {
  const facts = [release(), qemu.path, qemu.version, cpus()[0]?.model ?? "", device];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 16);
}

async function readKept(file: string): Promise<Pick<Acceleration, "accelerator" | "reason"> | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof kept !== "object" || kept === null) return undefined;
    const { accelerator, reason } = kept as Record<string, unknown>;
    if ((accelerator !== "kvm" && accelerator !== "tcg") || typeof reason !== "string") return undefined;
    return { accelerator, reason };
  } catch {
    return undefined;
  }
}
