import type { Virsh } from "../connection/virsh.ts";

/** The account that a domain's QEMU runs under, by its numbers. */
export interface Owner {
  readonly user: number;
  readonly group: number;
}

/** What libvirt says of a running domain; undefined where QEMU runs as whoever asks, in a session. */
export async function ownerOf(virsh: Virsh, domain: string, signal: AbortSignal): Promise<Owner | undefined> {
  const xml = await virsh.run(["dumpxml", domain], { signal });
  const [, label = ""] = /<seclabel[^>]* model='dac'[^>]*>\s*<label>([^<]+)</.exec(xml) ?? [];
  const [, user, group] = /^\+(\d+):\+(\d+)$/.exec(label) ?? [];
  return user === undefined ? undefined : { user: Number(user), group: Number(group) };
}
