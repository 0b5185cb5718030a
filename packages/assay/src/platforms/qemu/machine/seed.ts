import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { HostExhausted, MissingDependency, PlatformError } from "../../../errors/catalogue.ts";
import { isDiskFull } from "../../../errors/disk-full.ts";
import type { SeedKind } from "../boot-way.ts";
import { findProgram } from "../host/qemu-binary.ts";

const run = promisify(execFile);

export interface SeedContents {
  /** cloud-init does its first-boot work once per value. */
  readonly instanceId: string;
  readonly hostname: string;
  readonly username: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
  /** The user's own cloud-config, which is joined with assay's; none when absent. */
  readonly userData?: Readonly<Record<string, unknown>>;
}

/** A disk for cloud-init: its label, by which it is found, and its files by path. */
export interface Seed {
  readonly label: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The disk of cloud-init's data source NoCloud, or ConfigDrive in the form of OpenStack. JSON is YAML, so nothing needs
 * quoting by hand.
 */
export function seedOf(kind: Exclude<SeedKind, "none">, contents: SeedContents): Seed {
  const { hostname, instanceId, publicKey, username } = contents;
  const own = {
    users: [
      {
        name: username,
        gecos: "assay",
        shell: "/bin/bash",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        ssh_authorized_keys: [publicKey],
      },
    ],
    ssh_pwauth: false,
    // The test decides when packages change.
    package_update: false,
    package_upgrade: false,
  };
  const userData = `#cloud-config\n${toJson(joinUserData(own, contents.userData ?? {}))}`;
  if (kind === "nocloud")
    return {
      label: "cidata",
      files: {
        "user-data": userData,
        "meta-data": toJson({ "instance-id": instanceId, "local-hostname": hostname }),
      },
    };
  return {
    label: "config-2",
    files: {
      "openstack/latest/meta_data.json": toJson({ uuid: instanceId, hostname, name: hostname }),
      "openstack/latest/user_data": userData,
    },
  };
}

const toJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

type UserData = Readonly<Record<string, unknown>>;

/** Joins cloud-config as LISA does: under each key mappings are joined, lists put together, other values replaced. */
export function joinUserData(first: UserData, second: UserData): UserData {
  const joined: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = joined[key];
    if (Array.isArray(before) && Array.isArray(value)) joined[key] = [...before, ...value];
    else if (isMapping(before) && isMapping(value)) joined[key] = { ...before, ...value };
    else joined[key] = value;
  }
  return joined;
}

const isMapping = (value: unknown): value is UserData =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Writes a seed as an ISO 9660 image. Throws MissingDependency without xorriso and genisoimage. */
export async function writeSeed(path: string, { files, label }: Seed, signal: AbortSignal): Promise<void> {
  // Beside the image: what a killed assay leaves here goes with the machine that the seed is for.
  const folder = await mkdtemp(`${path}-`);
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text, { mode: 0o600 });
    }
    const [program, ...prefix] = await isoProgram();
    await run(program, [...prefix, "-quiet", "-volid", label, "-joliet", "-rational-rock", "-output", path, folder], {
      signal,
      timeout: 60_000,
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof MissingDependency) throw cause;
    throw notWritten(path, cause);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Programs say last what went wrong. */
function notWritten(path: string, cause: unknown): unknown {
  const words = String((cause as { stderr?: unknown }).stderr ?? "").trim() || String(cause);
  const help = "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.";
  if (isDiskFull(cause) || /no space left|disk quota exceeded/i.test(words))
    return new HostExhausted(`There is no room for the cloud-init seed '${path}'.`, { help, cause });
  const last = words.split("\n").at(-1);
  return new PlatformError(`The cloud-init seed '${path}' could not be written: ${last}`, { cause });
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
