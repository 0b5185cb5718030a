import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../errors/catalogue.ts";
import { joinUserData, seedOf, writeSeed } from "../platforms/qemu/machine/seed.ts";
import { makeSshKey } from "../platforms/qemu/machine/ssh-key.ts";
import { readKey } from "../platforms/ready/read-key.ts";

/** How assay logs in to a guest, and how the guest learns of it. */
export interface GuestAccount {
  readonly username: string;
  readonly password: string | undefined;
  readonly privateKey: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
}

/**
 * The account of a guest's entry: its keys `username`, `password` and `private_key_file`. Without a key file a key is
 * made that lives as long as the guest. Throws UsageError for a key file that cannot be read, or without its `.pub`.
 */
export async function guestAccount(
  settings: Readonly<Record<string, unknown>>,
  standard: string,
): Promise<GuestAccount> {
  const username = textOf(settings.username) ?? standard;
  const password = textOf(settings.password);
  const file = textOf(settings.private_key_file);
  const privateKey = await readKey(file, "a guest");
  if (privateKey === undefined || file === undefined) return { username, password, ...makeSshKey("assay") };
  const publicKey = await readFile(`${file}.pub`, "utf8").catch((cause: unknown) => {
    throw new UsageError(`The public key '${file}.pub' of a guest cannot be read.`, {
      help: `Make it with 'ssh-keygen -y -f ${file} > ${file}.pub': the guest is given it when it is made.`,
      cause,
    });
  });
  return { username, password, privateKey, publicKey: publicKey.trim() };
}

export interface GuestSeed {
  readonly account: GuestAccount;
  readonly hostname: string;
  readonly instanceId: string;
  /** The entry's `cloud_init.extra_user_data`, files of cloud-config; relative ones count from the runbook. */
  readonly extraUserData: readonly string[];
  readonly runbook: string;
  /** What a type of guest adds of its own. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Writes cloud-init's seed of a guest to a file here. Throws UsageError for user data that cannot be read. */
export async function writeGuestSeed(path: string, seed: GuestSeed, signal: AbortSignal): Promise<void> {
  const { account, hostname, instanceId } = seed;
  let userData: Readonly<Record<string, unknown>> = {
    ...(account.username === "root" && { disable_root: false }),
    ...(account.password !== undefined && {
      ssh_pwauth: true,
      chpasswd: { expire: false, users: [{ name: account.username, password: account.password, type: "text" }] },
    }),
    ...seed.more,
  };
  for (const file of seed.extraUserData) {
    userData = joinUserData(userData, await readUserData(resolve(dirname(seed.runbook), file)));
  }
  const contents = { instanceId, hostname, username: account.username, publicKey: account.publicKey, userData };
  await writeSeed(path, seedOf("nocloud", contents), signal);
}

async function readUserData(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { parse } = await import("yaml");
  try {
    const read: unknown = parse(await readFile(file, "utf8"));
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return { ...read };
  } catch (cause) {
    throw new UsageError(`The user data '${file}' of a guest cannot be read.`, {
      help: "Name a YAML file of cloud-config, relative to the runbook, under 'cloud_init.extra_user_data'.",
      cause,
    });
  }
  throw new UsageError(`The user data '${file}' of a guest is no mapping.`, {
    help: "Write cloud-config, such as 'packages: [strace]'.",
  });
}

/** A key of an entry that is a text and not empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
