import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { Pool } from "../storage/pool.ts";

const MAGIC = "LibvirtQemudSave";
/** Magic, then numbers of 32 bits: version, bytes of XML, … (virQEMUSaveHeader of libvirt). The XML follows. */
const HEADER_BYTES = 92;
const LENGTH_OFFSET = 20;
/** More than the XML of any machine of ours. */
const HEAD_BYTES = 262_144;

/** What a machine is known by to libvirt. */
export interface DomainIdentity {
  readonly name: string;
  readonly uuid: string;
  /** MAC address of its private interface, with colons; undefined for a machine without one. */
  readonly mac: string | undefined;
}

/**
 * Makes a saved machine go on as another one: libvirt refuses to change name and id of what it restores, though they
 * mean nothing to the guest, so that they are replaced in the file by others of the same length. Throws PlatformError
 * for a file that is not understood.
 */
export async function renameSaved(pool: Pool, volume: string, as: DomainIdentity, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "assay-saved-"));
  try {
    const file = join(folder, "head");
    await pool.readHead(volume, file, HEAD_BYTES, signal);
    const head = renamedHead(await readFile(file), as);
    await writeFile(file, head);
    await pool.writeHead(volume, file, head.length, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The head of a saved machine, up to the end of its XML, under another identity. */
export function renamedHead(head: Buffer, as: DomainIdentity): Buffer {
  const length = head.length < HEADER_BYTES ? 0 : head.readUInt32LE(LENGTH_OFFSET);
  const isKnown = head.toString("latin1", 0, MAGIC.length) === MAGIC && length > 0;
  const xml =
    isKnown && HEADER_BYTES + length <= head.length ? head.toString("latin1", HEADER_BYTES, HEADER_BYTES + length) : "";
  const before = {
    name: /<name>([^<]+)<\/name>/.exec(xml)?.[1],
    uuid: /<uuid>([^<]+)<\/uuid>/.exec(xml)?.[1],
    mac: /<interface type='client'>\s*<mac address='([^']+)'/.exec(xml)?.[1],
  };
  let renamed = xml;
  for (const key of ["name", "uuid", "mac"] as const) {
    const [old, fresh] = [before[key], as[key]];
    if (fresh === undefined) continue;
    if (old?.length !== fresh.length) {
      throw new PlatformError(`The saved state of a template has no ${key} that '${fresh}' could take the place of.`, {
        help: "Set 'fork: false' under 'platform.libvirt', and every machine is booted.",
      });
    }
    renamed = renamed.replaceAll(old, fresh);
  }
  return Buffer.concat([head.subarray(0, HEADER_BYTES), Buffer.from(renamed, "latin1")]);
}
