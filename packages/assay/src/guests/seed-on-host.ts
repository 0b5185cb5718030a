import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GuestAccount, writeGuestSeed } from "./account.ts";
import type { GuestOrder } from "./guest-provider.ts";

/** Writes cloud-init's seed of a guest to `path` on its node. */
export async function seedOnHost(
  { settings: entry, host, signal, name }: GuestOrder,
  account: GuestAccount,
  path: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "assay-guest-seed-"));
  try {
    const local = join(folder, "seed.iso");
    const seed = {
      account,
      hostname: name.replaceAll(/[^A-Za-z0-9]+/g, "-"),
      instanceId: randomUUID(),
      extraUserData: extraUserData(entry.settings),
      runbook: entry.position.file,
    };
    await writeGuestSeed(local, seed, signal);
    await host.shell.upload(local, path, { signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function extraUserData({ cloud_init: given }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof given !== "object" || given === null || !("extra_user_data" in given)) return [];
  return Array.isArray(given.extra_user_data) ? given.extra_user_data.map(String) : [];
}
