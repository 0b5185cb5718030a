import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { cpus } from "node:os";
import { type BootableImage, wayKey } from "../boot-way.ts";
import { firmwareStamp } from "../host/firmware.ts";
import type { HostSetup } from "../host/host-setup.ts";
import { firmwareFor } from "../host/security.ts";
import type { MachineShape } from "../machine/machine.ts";
import type { FirstContact } from "../settings.ts";

/** Raise it whenever a template of before would not fit any more: other devices, other files, another way to settle. */
const TEMPLATE_FORMAT = 5;

/** Everything a template depends on. Two equal sets give one template. */
export interface TemplateInputs extends MachineShape {
  readonly format: number;
  readonly imageDigest: string;
  readonly firmware: string;
  readonly qemuVersion: string;
  readonly accelerator: string;
  /** Under KVM the guest sees the host's processor; emulated ones are the same everywhere. */
  readonly processor: string;
  readonly username: string;
  readonly firstContact: FirstContact;
  /** Tells the disc in the drive from another one in the same place; absent for a machine without one. */
  readonly disc?: string;
  /** Absent for an image that is booted in the usual way. */
  readonly way?: string;
}

export async function templateInputs(
  host: HostSetup,
  image: BootableImage,
  shape: MachineShape,
  login: { readonly username: string; readonly firstContact: FirstContact },
): Promise<TemplateInputs> {
  const { accelerator } = host.acceleration;
  const way = wayKey(image.way);
  return {
    format: TEMPLATE_FORMAT,
    imageDigest: image.digest,
    firmware: await firmwareStamp(firmwareFor(host, shape)),
    qemuVersion: host.qemu.version,
    accelerator,
    processor: accelerator === "kvm" ? (cpus()[0]?.model ?? "") : "emulated",
    ...login,
    cores: shape.cores,
    memoryMb: shape.memoryMb,
    ...(way === undefined ? {} : { way }),
    ...(shape.hasPrivateNic === true ? { hasPrivateNic: true } : {}),
    ...(shape.hardware === undefined ? {} : { hardware: shape.hardware }),
    ...(shape.hardware?.cdrom === undefined ? {} : { disc: await stampOf(shape.hardware.cdrom) }),
    ...(shape.isSecureBoot === true ? { isSecureBoot: true } : {}),
    ...(shape.hasTpm === true ? { hasTpm: true } : {}),
  };
}

/** Changes when the file does; one that is missing is told by QEMU. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return `${found?.size} ${found?.mtimeMs}`;
}

/** Short name of a set of inputs: a template's folder. */
export function templateKey(inputs: TemplateInputs): string {
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 20);
}
