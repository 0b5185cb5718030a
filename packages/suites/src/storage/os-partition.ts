import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";

// The agreed names first; `blkid` fills in what udev does not tell.
const ROOT_SCRIPT = sh`
name=$(findmnt --noheadings --output SOURCE /)
printf 'NAME=%s\n' "$name"
blkid --output export "$name"`;

/** Body of verify_os_partition_identifier. */
export async function verifyOsPartitionIdentifier({ node, expect }: CaseContext): Promise<void> {
  const found = await gather(node, {
    root: ROOT_SCRIPT,
    log: sh`dmesg | grep BOOT_IMAGE= || journalctl --boot --quiet --no-pager | head -n 200`,
    fstab: sh`grep -v '^[[:space:]]*#' /etc/fstab`,
  });
  const value = (key: string): string | undefined => new RegExp(`^${key}=(.+)$`, "m").exec(found.root.text)?.[1];
  const name = value("NAME");
  expect(
    found.root.exitCode === 0 && name !== undefined,
    `The root partition of '${node.name}' is not found: ${found.root.text}`,
  );
  const identifiers = [
    name ?? "",
    ...["UUID", "PARTUUID"].flatMap((key) => (value(key) === undefined ? [] : [`${key}=${value(key)}`])),
  ];

  const loaded = /BOOT_IMAGE=.*\broot=(\S+)/.exec(found.log.text)?.[1];
  expect(
    loaded !== undefined && identifiers.includes(loaded),
    `The kernel of '${node.name}' was started with root '${loaded ?? "(none)"}', which is none of ${identifiers.join(", ")}.`,
  );
  const mounted = found.fstab.text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, mountpoint]) => mountpoint === "/")?.[0];
  expect(
    mounted !== undefined && identifiers.includes(mounted),
    `'/etc/fstab' of '${node.name}' names the root partition '${mounted ?? "(none)"}', which is none of ${identifiers.join(", ")}.`,
  );
}
