import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../../host/folders.ts";
import { replaceFile } from "../../../host/replace-file.ts";
import { markUsed } from "../../../host/unused-folders.ts";
import { wayKey } from "../../qemu/boot-way.ts";
import type { MachineShape } from "../../qemu/machine/machine.ts";
import { stampOf } from "../../qemu/template/template-key.ts";
import type { DomainKernel } from "../domain/domain-xml.ts";
import type { Prepared } from "../machine.ts";

/** Raise it whenever a template of before would not fit any more. */
export const TEMPLATE_FORMAT = 3;

/** A machine that was booted once and saved, from which others go on. Its files are in the pool of libvirt. */
export interface Template {
  readonly format: typeof TEMPLATE_FORMAT;
  /** What the names of its volumes begin with. */
  readonly files: string;
  /** Where they are: URI and pool. */
  readonly place: string;
  /** Paths on libvirt's host, as they stand in the saved XML. */
  readonly disk: string;
  readonly seed: string | undefined;
  readonly cdrom: string | undefined;
  readonly ignition: string | undefined;
  readonly kernel: DomainKernel | undefined;
  readonly saved: string;
  /** As they stand in the saved XML too: the forwarded port, the text of the mark, the port of the loose wire. */
  readonly sshPort: number;
  readonly markText: string;
  readonly privatePort: number | undefined;
  readonly privateKey: string;
  readonly publicKey: string;
  /** Fingerprint of the guest's SSH server. */
  readonly hostKey: string;
  readonly kernelRelease: string | undefined;
  readonly serialLog: string;
  readonly bootMs: number;
}

/** Volumes of a template by their place in it. */
export const templateVolumes = ({ files }: Pick<Template, "files">) =>
  ({ disk: `${files}.qcow2`, saved: `${files}.save` }) as const;

/** Names everything a template depends on: equal names, equal templates. */
export async function templateKey(prepared: Prepared, shape: MachineShape): Promise<string> {
  const { accelerator, host, image, pool, settings, username, virsh } = prepared;
  const { hardware = {} } = shape;
  const inputs = [
    ...[TEMPLATE_FORMAT, virsh.uri.text, pool.name, host.version, accelerator],
    ...[image.digest, wayKey(image.way), settings.firmware, username],
    ...[shape.cores, shape.memoryMb, shape.hasPrivateNic === true, shape.isSecureBoot === true, shape.hasTpm === true],
    ...[hardware, hardware.cdrom === undefined ? "" : await stampOf(hardware.cdrom)],
  ];
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 20);
}

const recordsFolder = (): string => join(cacheFolder(), "libvirt", "templates");
const fileOf = (key: string): string => join(recordsFolder(), `${key}.json`);

/** Where the templates of a libvirt are. */
export const placeOf = ({ pool, virsh }: Pick<Prepared, "pool" | "virsh">): string => `${virsh.uri.text} ${pool.name}`;

/** Everything that is kept, wherever it is, with the time at which it was used last. */
export async function keptTemplates(): Promise<readonly { key: string; usedAtMs: number; template: Template }[]> {
  const names = (await readdir(recordsFolder()).catch(() => [])).filter((name) => name.endsWith(".json"));
  const read = names.map(async (name) => {
    const key = name.slice(0, -".json".length);
    const [template, file] = await Promise.all([readTemplate(key), stat(fileOf(key)).catch(() => undefined)]);
    return template === undefined || file === undefined ? [] : [{ key, usedAtMs: file.mtimeMs, template }];
  });
  return (await Promise.all(read)).flat();
}

async function readTemplate(key: string): Promise<Template | undefined> {
  const text = await readFile(fileOf(key), "utf8").catch(() => "");
  try {
    const template = JSON.parse(text) as Template;
    return template.format === TEMPLATE_FORMAT && typeof template.files === "string" ? template : undefined;
  } catch {
    return undefined;
  }
}

/** The template that was kept under `key`; undefined when there is none, or one whose files are gone. */
export async function findTemplate(
  { pool }: Pick<Prepared, "pool">,
  key: string,
  signal: AbortSignal,
): Promise<Template | undefined> {
  const template = await readTemplate(key);
  if (template === undefined) return undefined;
  const volumes = Object.values(templateVolumes(template));
  await pool.refresh(signal);
  const isThere = await Promise.all(volumes.map((volume) => pool.has(volume, signal)));
  if (!isThere.every(Boolean)) return undefined;
  await markUsed(fileOf(key));
  return template;
}

/** Keeps a template for other runs; the key to log in is in it, so that only the user may read it. */
export async function keepTemplate(key: string, template: Template): Promise<void> {
  await mkdir(recordsFolder(), { recursive: true, mode: 0o700 });
  await replaceFile(fileOf(key), JSON.stringify(template));
}

/** Takes a template out of use, with its files. */
export async function removeTemplate({ pool }: Pick<Prepared, "pool">, key: string, template: Template): Promise<void> {
  await rm(fileOf(key), { force: true });
  await pool.removeAll(template.files);
}
