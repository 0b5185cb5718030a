import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "../architecture.ts";
import { mustRunOnHost } from "../build/host-command.ts";
import { type BiosLoader, loaderOf } from "../debian/loader.ts";
import { placeBiosLoader } from "./bios-loader.ts";
import { layOutGpt, type Partition, type Placed } from "./gpt.ts";
import type { DiskLayout } from "./layout.ts";

const sectorBytes = 512;

/**
 * Features every GRUB since 2.02 can read. The host's own mke2fs.conf may switch on newer ones
 * (`metadata_csum_seed`, `orphan_file`) with which the loader of an older release finds no kernel.
 */
const fileSystemDefaults = `[defaults]
  base_features = sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr
  default_mntopts = acl,user_xattr
  enable_periodic_fsck = 0
  blocksize = 4096
  inode_size = 256
  inode_ratio = 16384
[fs_types]
  ext4 = {
    features = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize
  }
`;

/** A finished tree of files and the disk to make of it. */
export interface AssembleOptions {
  /** Folder with the root file system. */
  readonly tree: string;
  /** Folder for what is made on the way; the disk is left there too. */
  readonly work: string;
  readonly layout: DiskLayout;
  readonly architecture: Architecture;
  /** Command prefix under which the tree's owners are seen right (`fakeroot …`); empty for root. */
  readonly asOwner: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a bootable raw disk of a tree, without mounts, loop devices or block devices, and returns its path.
 * Throws ImageError, MissingDependency or HostExhausted.
 */
export async function assembleDisk(options: AssembleOptions): Promise<string> {
  const { architecture, layout, tree, work, signal } = options;
  const disk = join(work, "disk.raw");
  const { bios } = loaderOf[architecture];
  const place = layout.biosBoot;
  const loader = bios === undefined || place === undefined ? [] : await readBiosLoader(bios, place, tree);
  const file = await open(disk, "wx");
  try {
    await file.truncate(layout.table.diskSectors * sectorBytes);
    for (const { bytes, offsetBytes } of [...loader, ...layOutGpt(layout.table)])
      await file.write(bytes, 0, bytes.length, offsetBytes);
  } finally {
    await file.close();
  }
  await writeRoot(options, disk);
  await writeEfi(options, disk, signal);
  return disk;
}

async function readBiosLoader(
  { bootImage, coreImage }: BiosLoader,
  { firstSector, lastSector }: Partition,
  tree: string,
): Promise<readonly Placed[]> {
  const boot = await readFile(join(tree, bootImage));
  const core = await readFile(join(tree, coreImage));
  return placeBiosLoader(boot, core, firstSector, lastSector - firstSector + 1);
}

async function writeRoot({ asOwner, layout, signal, tree, work }: AssembleOptions, disk: string): Promise<void> {
  const configuration = join(work, "mke2fs.conf");
  await writeFile(configuration, fileSystemDefaults);
  const { firstSector, lastSector } = layout.root;
  // The file is new and full of zeros: "not lazy" costs nothing here and saves the guest the work at its first boot.
  const extended = [
    `offset=${firstSector * sectorBytes}`,
    "lazy_itable_init=0",
    "lazy_journal_init=0",
    "root_owner=0:0",
    `hash_seed=${layout.rootId}`,
  ];
  const mke2fs = [
    "mke2fs",
    "-q",
    "-F",
    "-t",
    "ext4",
    "-m",
    "1",
    "-U",
    layout.rootId,
    "-E",
    extended.join(","),
    "-d",
    tree,
  ];
  const sizeKiB = ((lastSector - firstSector + 1) * sectorBytes) / 1024;
  const [program, ...args] = [...asOwner, ...mke2fs, disk, `${sizeKiB}k`];
  await mustRunOnHost("Writing the root file system", program ?? "mke2fs", args, {
    signal,
    environment: { MKE2FS_CONFIG: configuration },
  });
}

/** Fills the ESP as `grub-install --uefi-secure-boot --removable` does: shim, GRUB, and the way to the root. */
async function writeEfi(
  { architecture, layout, tree, work }: AssembleOptions,
  disk: string,
  signal: AbortSignal | undefined,
) {
  const { firstSector, lastSector } = layout.efi;
  const place = `${disk}@@${firstSector * sectorBytes}`;
  const sectors = lastSector - firstSector + 1;
  const pointer = join(work, "esp-grub.cfg");
  await writeFile(
    pointer,
    `search.fs_uuid ${layout.rootId} root\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n`,
  );
  // Without this mtools refuses sizes that do not fit a disk's cylinders.
  const environment = { MTOOLS_SKIP_CHECK: "1" };
  const run = (program: string, ...args: string[]) =>
    mustRunOnHost("Writing the EFI system partition", program, args, { signal, environment });
  await run(
    "mformat",
    "-i",
    place,
    "-T",
    `${sectors}`,
    "-h",
    "64",
    "-s",
    "32",
    "-H",
    `${firstSector}`,
    "-v",
    "ESP",
    "-N",
    layout.efiSerial,
  );
  await run("mmd", "-i", place, "::/EFI", "::/EFI/BOOT", "::/EFI/debian");
  for (const [path, name] of loaderOf[architecture].efi)
    await run("mcopy", "-i", place, join(tree, path), `::/EFI/BOOT/${name}`);
  await run("mcopy", "-i", place, pointer, "::/EFI/debian/grub.cfg");
}
