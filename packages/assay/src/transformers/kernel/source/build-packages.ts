import type { Node } from "../../../node/node.ts";
import { installPackages } from "../../../os/install-packages.ts";
import { requireFamily } from "../../require-family.ts";

const COMMON = ["git", "bison", "flex", "bc", "rsync", "cpio", "perl", "python3", "dwarves"];

/** What a kernel's build needs besides a compiler, by family; from the kernel's own list of tools. */
const PACKAGES = {
  debian: [...COMMON, "build-essential", "libelf-dev", "libssl-dev", "libncurses-dev", "kmod", "xz-utils", "zstd"],
  redhat: [...COMMON, "gcc", "make", "elfutils-libelf-devel", "openssl-devel", "ncurses-devel", "kmod", "xz", "zstd"],
  azurelinux: [...COMMON, "build-essential", "elfutils-libelf-devel", "openssl-devel", "ncurses-devel", "kmod", "xz"],
  suse: [...COMMON, "gcc", "make", "libelf-devel", "libopenssl-devel", "ncurses-devel", "kmod", "xz", "zstd"],
} as const;

/** Installs what the build of a kernel needs, and `more`. */
export async function installBuildPackages(node: Node, more: readonly string[] = []): Promise<void> {
  const { family } = await requireFamily(node, ["debian", "redhat", "azurelinux", "suse"]);
  const packages = PACKAGES[family as keyof typeof PACKAGES];
  await installPackages(node, [...packages, ...more]);
}
