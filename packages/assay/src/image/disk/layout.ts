import { createHash } from "node:crypto";
import type { Architecture } from "../architecture.ts";
import { type Partition, type PartitionTable, partitionTypes } from "./gpt.ts";

const sectorsPerMiB = 2048;
const biosBootFirstMiB = 1;
const efiFirstMiB = 4;

/** Where everything is on a disk, and the identifiers by which loader and fstab find it. */
export interface DiskLayout {
  readonly table: PartitionTable;
  /** Undefined where machines have no BIOS. */
  readonly biosBoot: Partition | undefined;
  readonly efi: Partition;
  readonly root: Partition;
  /** UUID of the root file system. */
  readonly rootId: string;
  /** Serial number of the FAT file system, eight hex digits. */
  readonly efiSerial: string;
}

const rootType = { amd64: partitionTypes.linuxRootAmd64, arm64: partitionTypes.linuxRootArm64 } as const;

const derivedId = (seed: string, role: string): string => {
  const hex = createHash("sha256").update(`${seed} ${role}`).digest("hex");
  // Version 4, variant 1: tools reject other shapes.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/**
 * Plans a disk as Debian's cloud images have it: the root is partition 1 but lies last, so that it can grow; 14 is for
 * the BIOS loader of amd64, 15 is the ESP. Identifiers derive from `seed`, so that equal inputs give equal disks.
 */
export function planDisk(
  seed: string,
  diskSizeMiB: number,
  efiPartitionSizeMiB: number,
  architecture: Architecture = "amd64",
): DiskLayout {
  const partition = (number: number, type: string, name: string, firstMiB: number, endMiB: number): Partition => ({
    number,
    type,
    name,
    id: derivedId(seed, `partition ${number}`),
    firstSector: firstMiB * sectorsPerMiB,
    lastSector: endMiB * sectorsPerMiB - 1,
  });
  const rootFirstMiB = efiFirstMiB + efiPartitionSizeMiB;
  const biosBoot =
    architecture === "amd64"
      ? partition(14, partitionTypes.biosBoot, "bios", biosBootFirstMiB, efiFirstMiB)
      : undefined;
  const efi = partition(15, partitionTypes.efiSystem, "efi", efiFirstMiB, rootFirstMiB);
  // The last MiB stays free: it holds the backup of the table.
  const root = partition(1, rootType[architecture], "root", rootFirstMiB, diskSizeMiB - 1);
  return {
    table: {
      diskId: derivedId(seed, "disk"),
      diskSectors: diskSizeMiB * sectorsPerMiB,
      partitions: [root, ...(biosBoot === undefined ? [] : [biosBoot]), efi],
    },
    biosBoot,
    efi,
    root,
    rootId: derivedId(seed, "root"),
    efiSerial: derivedId(seed, "efi").slice(0, 8),
  };
}
