import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import { cacheFolder } from "../../../host/folders.ts";
import type { AgentFacts, Agents } from "../agent/start-agents.ts";
import { memoryFile } from "../machine/devices/memory.ts";
import type { TemplateInputs } from "./template-key.ts";
import { isInUse } from "./template-use.ts";

/** Files of a template beside its description. `variables` is missing under BIOS, seed and Ignition where not used. */
export const TemplateFile = {
  memory: "memory",
  deviceState: "device-state",
  disk: "disk.qcow2",
  emptyOverlay: "empty-overlay.qcow2",
  variables: "firmware-variables.fd",
  seed: "seed.iso",
  ignition: "ignition.json",
  serialLog: "serial.log",
} as const;
const DESCRIPTION = "template.json";

/** What is known of a template besides its files. */
export interface TemplateFacts {
  readonly inputs: TemplateInputs;
  readonly imageName: string;
  /** Key that logs in to a fork before it has the run's own. Readable by the user alone, as the whole folder is. */
  readonly privateKey: string;
  readonly publicKey: string;
  /** Fingerprint of the guest's SSH host key. */
  readonly hostKey: string;
  /** `uname -r` of the guest; missing in templates of before. */
  readonly kernelRelease?: string;
  /** The shells that wait in the guest; undefined when it cannot have them. */
  readonly agents: Agents<AgentFacts> | undefined;
  /** From power-on to the first login, and to the frozen template. */
  readonly bootMs: number;
  readonly buildMs: number;
  readonly createdAt: string;
}

interface Description extends TemplateFacts {
  readonly files: Readonly<Record<string, { readonly sizeBytes: number; readonly mtimeMs: number }>>;
  readonly deviceStateDigest: string;
  /** Of all the rest of the description; missing in templates of before. */
  readonly digest?: string;
}

export interface Template extends TemplateFacts {
  readonly key: string;
  readonly folder: string;
  path(file: keyof typeof TemplateFile): string;
}

export const templatesFolder = (): string => join(cacheFolder(), "templates");

/** The template of this key if it is there and whole; a damaged one is removed. Marks it as used now. */
export async function findTemplate(key: string): Promise<Template | undefined> {
  const folder = join(templatesFolder(), key);
  const description = await readDescription(folder);
  if (description === undefined || !(await isWhole(folder, description))) {
    await removeTemplate(folder);
    return undefined;
  }
  const now = new Date();
  await utimes(join(folder, DESCRIPTION), now, now).catch(() => undefined);
  return { ...description, key, folder, path: (file) => join(folder, TemplateFile[file]) };
}

/** Puts the finished files of `draft` in their place, all at once. Throws PlatformError when they are not whole. */
export async function placeTemplate(draft: string, key: string, facts: TemplateFacts): Promise<Template> {
  const files: Record<string, { sizeBytes: number; mtimeMs: number }> = {};
  const { numa = [] } = facts.inputs.hardware ?? {};
  const memoryOfNodes = numa.map((_, node) => memoryFile(TemplateFile.memory, node));
  for (const name of new Set([...Object.values(TemplateFile), ...memoryOfNodes])) {
    const path = join(draft, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    // A template that survives a crash of the host must not be half on the disk.
    const handle = await open(path, "r");
    await handle.sync().finally(() => handle.close());
    files[name] = { sizeBytes: found.size, mtimeMs: found.mtimeMs };
  }
  const described: Description = {
    ...facts,
    files,
    deviceStateDigest: await digestOf(join(draft, TemplateFile.deviceState)),
  };
  const description: Description = { ...described, digest: digestOfText(JSON.stringify(described)) };
  await writeFile(join(draft, DESCRIPTION), JSON.stringify(description, null, 2), { mode: 0o600 });
  // The user that its QEMU ran as has nothing to do with it any more.
  await chmod(draft, 0o700);
  await mkdir(templatesFolder(), { recursive: true, mode: 0o700 });
  const folder = join(templatesFolder(), key);
  await removeTemplate(folder);
  await rename(draft, folder);
  const placed = await findTemplate(key);
  if (placed === undefined) throw new PlatformError(`The template in '${folder}' was damaged while it was made.`);
  return placed;
}

/** Takes a template out of use. Running forks keep what they have open. */
export async function removeTemplate(folder: string): Promise<void> {
  const trash = join(templatesFolder(), `.trash-${randomBytes(6).toString("hex")}`);
  try {
    await rename(folder, trash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(trash, { recursive: true, force: true });
}

/**
 * Removes what takes the place of `kept` no more (same image and hardware, other QEMU or contents), and the longest
 * unused ones until the folder is within `maxBytes`. `kept` itself always stays, and so do those that other assays use.
 */
export async function pruneTemplates(kept: Template, maxBytes: number): Promise<readonly string[]> {
  const removed: string[] = [];
  const entries = [];
  for (const name of await readdir(templatesFolder()).catch(() => [])) {
    const folder = join(templatesFolder(), name);
    if (name.startsWith(".trash-")) await rm(folder, { recursive: true, force: true });
    else if (name !== kept.key) entries.push(await measure(folder));
  }
  const sorted = entries.sort((left, right) => right.usedAtMs - left.usedAtMs);
  let total = (await measure(kept.folder)).bytes;
  for (const { folder, bytes, description } of sorted) {
    const isWanted = description !== undefined && !isReplacedBy(description, kept) && total + bytes <= maxBytes;
    if (isWanted || (await isInUse(folder))) {
      total += bytes;
      continue;
    }
    await removeTemplate(folder);
    removed.push(folder);
  }
  return removed;
}

function isReplacedBy(old: Description, kept: Template): boolean {
  const place = ({ inputs, imageName }: TemplateFacts) =>
    JSON.stringify([
      imageName,
      inputs.firmware.split(" ")[0],
      inputs.cores,
      inputs.memoryMb,
      inputs.hasPrivateNic,
      inputs.hardware,
      inputs.isSecureBoot,
      inputs.hasTpm,
      inputs.accelerator,
      inputs.username,
      inputs.firstContact,
      inputs.way,
    ]);
  return place(old) === place(kept);
}

async function measure(folder: string) {
  const description = await readDescription(folder);
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    // Memory is sparse: what counts is what the disk holds.
    bytes += ((await stat(join(folder, name)).catch(() => undefined))?.blocks ?? 0) * 512;
  }
  const usedAtMs = (await stat(join(folder, DESCRIPTION)).catch(() => undefined))?.mtimeMs ?? 0;
  return { folder, bytes, usedAtMs, description };
}

async function readDescription(folder: string): Promise<Description | undefined> {
  try {
    const description = JSON.parse(await readFile(join(folder, DESCRIPTION), "utf8")) as Description;
    const { digest, ...described } = description;
    const isSound = digest === undefined || digest === digestOfText(JSON.stringify(described));
    return isSound && typeof description.files === "object" && typeof description.privateKey === "string"
      ? description
      : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes and times of all files, and the content of the one that QEMU would only refuse after a second. */
async function isWhole(folder: string, description: Description): Promise<boolean> {
  for (const [name, { sizeBytes, mtimeMs }] of Object.entries(description.files)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.size !== sizeBytes || found.mtimeMs !== mtimeMs) return false;
  }
  const digest = await digestOf(join(folder, TemplateFile.deviceState)).catch(() => undefined);
  return digest === description.deviceStateDigest;
}

const digestOfText = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");

async function digestOf(path: string): Promise<string> {
  return digestOfText(await readFile(path));
}
