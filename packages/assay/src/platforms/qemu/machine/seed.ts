import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MissingDependency, PlatformError } from "../../../errors/catalogue.ts";
import { findProgram } from "../host/qemu-binary.ts";

const run = promisify(execFile);

export interface SeedContents {
  /** cloud-init does its first-boot work once per value. */
  readonly instanceId: string;
  readonly hostname: string;
  readonly username: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
}

/** The two files of cloud-init's NoCloud data source. JSON is YAML, so nothing needs quoting by hand. */
export function seedFiles(contents: SeedContents): { readonly userData: string; readonly metaData: string } {
  const userData = {
    users: [
      {
        name: contents.username,
        gecos: "assay",
        shell: "/bin/bash",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        ssh_authorized_keys: [contents.publicKey],
      },
    ],
    ssh_pwauth: false,
    // The test decides when packages change.
    package_update: false,
    package_upgrade: false,
  };
  return {
    userData: `#cloud-config\n${JSON.stringify(userData, null, 2)}\n`,
    metaData: `${JSON.stringify({ "instance-id": contents.instanceId, "local-hostname": contents.hostname }, null, 2)}\n`,
  };
}

/** Writes the seed as an ISO 9660 image with volume id `cidata`. Throws MissingDependency without xorriso and genisoimage. */
export async function writeSeed(path: string, contents: SeedContents, signal: AbortSignal): Promise<void> {
  const { userData, metaData } = seedFiles(contents);
  const folder = await mkdtemp(join(tmpdir(), "assay-seed-"));
  try {
    const files = [join(folder, "user-data"), join(folder, "meta-data")] as const;
    await Promise.all([writeFile(files[0], userData, { mode: 0o600 }), writeFile(files[1], metaData, { mode: 0o600 })]);
    const [program, ...prefix] = await isoProgram();
    await run(
      program,
      [...prefix, "-quiet", "-volid", "cidata", "-joliet", "-rational-rock", "-output", path, ...files],
      {
        signal,
        timeout: 60_000,
      },
    );
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof MissingDependency) throw cause;
    throw new PlatformError(`The cloud-init seed '${path}' could not be written.`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isoProgram(): Promise<readonly [string, ...string[]]> {
  const genisoimage = await findProgram("genisoimage");
  if (genisoimage !== undefined) return [genisoimage];
  const xorriso = await findProgram("xorriso");
  if (xorriso !== undefined) return [xorriso, "-as", "mkisofs"];
  throw new MissingDependency(
    "Neither 'genisoimage' nor 'xorriso' is on this machine; one of them writes the cloud-init seed.",
    {
      help: "Install it with 'apt-get install xorriso' (Debian, Ubuntu) or your system's package.",
    },
  );
}
