import type { DiskLayout } from "../disk/layout.ts";
import type { Recipe, RecipeFile } from "../recipe.ts";
import { type BiosLoader, loaderOf } from "./loader.ts";

/** Tells the initramfs made during installation the type of the root; the guest finds out by itself. */
export const rootTypePath = "/etc/initramfs-tools/conf.d/root-type";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const writeFile = ({ path, content, mode }: RecipeFile): string =>
  [
    `mkdir -p "$(dirname ${quoted(path)})"`,
    `base64 -d > ${quoted(path)} <<'END-OF-FILE'`,
    Buffer.from(content)
      .toString("base64")
      .replaceAll(/.{1,76}/g, "$&\n")
      .trimEnd(),
    "END-OF-FILE",
    `chmod ${mode} ${quoted(path)}`,
  ].join("\n");

/** The lines of /etc/fstab: root and ESP by their identifiers. */
function fileSystemTable(layout: DiskLayout): string {
  const serial = layout.efiSerial.toUpperCase();
  return [
    `UUID=${layout.rootId} / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1`,
    `UUID=${serial.slice(0, 4)}-${serial.slice(4)} /boot/efi vfat defaults,umask=0077 0 0`,
    "",
  ].join("\n");
}

const builtInFiles = (recipe: Recipe, layout: DiskLayout, aptSources: string): readonly RecipeFile[] => [
  { path: "/etc/fstab", mode: "0644", content: fileSystemTable(layout) },
  {
    path: "/etc/default/grub",
    mode: "0644",
    content: [
      "# Run 'update-grub' after changing this file.",
      "GRUB_DEFAULT=0",
      `GRUB_TIMEOUT=${recipe.bootMenuSeconds}`,
      "GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`",
      'GRUB_CMDLINE_LINUX_DEFAULT=""',
      `GRUB_CMDLINE_LINUX="${recipe.commandLine}"`,
      ...loaderOf[recipe.architecture].terminal,
      "",
    ].join("\n"),
  },
  { path: "/etc/apt/sources.list.d/debian.sources", mode: "0644", content: aptSources },
];

/**
 * The answers grub-probe would give on the finished disk. The tree is no disk yet, so that for one run of
 * grub-mkconfig this stands in its place; the resulting grub.cfg is what 'update-grub' writes in the guest.
 */
const probeAnswers = (rootId: string): string => `#!/bin/sh
target=
for argument in "$@"; do case "$argument" in --target=*) target="\${argument#--target=}" ;; esac; done
while [ $# -gt 0 ]; do case "$1" in -t) target="$2" ;; esac; shift; done
case "$target" in
  device) echo /dev/disk/by-uuid/${rootId} ;;
  fs) echo ext2 ;;
  fs_uuid) echo ${rootId} ;;
  partmap) echo gpt ;;
  abstraction | hints_string | partuuid | cryptodisk_uuid) ;;
  *) exit 1 ;;
esac
`;

/** GRUB for a BIOS is put together here; that for UEFI comes signed. */
const makeBiosLoader = ({ coreImage }: BiosLoader, rootId: string): string =>
  `printf 'search.fs_uuid %s root\\nset prefix=($root)/boot/grub\\n' ${rootId} > /tmp/load.cfg
grub-mkimage --format=i386-pc --prefix=/boot/grub --config=/tmp/load.cfg \\
  --output=/${coreImage} biosdisk part_gpt ext2 search_fs_uuid
`;

function installLoader({ architecture }: Recipe, rootId: string): string {
  const { bios, platforms } = loaderOf[architecture];
  return `
mkdir -p /boot/efi /boot/grub/fonts ${platforms.map((platform) => `/boot/grub/${platform}`).join(" ")}
cp /usr/share/grub/unicode.pf2 /boot/grub/fonts/
for platform in ${platforms.join(" ")}; do
  cp /usr/lib/grub/$platform/*.mod /usr/lib/grub/$platform/*.lst /boot/grub/$platform/
done
${bios === undefined ? "" : "cp /usr/lib/grub/i386-pc/boot.img /boot/grub/i386-pc/\n"}grub-editenv /boot/grub/grubenv create
${bios === undefined ? "" : makeBiosLoader(bios, rootId)}
mv /usr/sbin/grub-probe /usr/sbin/grub-probe.real
cat > /usr/sbin/grub-probe <<'END-OF-FILE'
${probeAnswers(rootId)}END-OF-FILE
chmod 0755 /usr/sbin/grub-probe
mkdir -p /dev/disk/by-uuid
: > /dev/disk/by-uuid/${rootId}
grub-mkconfig -o /boot/grub/grub.cfg
rm -r /dev/disk
mv /usr/sbin/grub-probe.real /usr/sbin/grub-probe
grep -q 'root=UUID=${rootId}' /boot/grub/grub.cfg
`;
}

/**
 * What must differ from guest to guest, or must not leave the place where the image was made. /tmp is mmdebstrap's:
 * it keeps its APT configuration there and empties it at the end. Without that file its last steps would work on the
 * package lists of this machine instead of the image's.
 */
const seal = `
rm -f ${rootTypePath}
rm -f /etc/ssh/ssh_host_* /var/lib/systemd/random-seed /var/lib/dbus/machine-id
rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/0000*
: > /etc/machine-id
rm -rf /var/cache/debconf/*-old /var/lib/dpkg/*-old
rm -rf /root/.bash_history /root/.cache /root/.ssh /var/lib/cloud
rm -rf /var/tmp/* /tmp/customize /tmp/load.cfg
find /var/log -type f ! -name README -delete
usermod --password '*' root
`;

/**
 * The script that turns a fresh tree of packages into a cloud image; it runs as root inside the tree.
 * The order matters: files of the recipe win over those of packages, sealing comes last.
 */
export function customizeScript(recipe: Recipe, layout: DiskLayout, aptSources: string): string {
  const files = [...builtInFiles(recipe, layout, aptSources), ...recipe.files];
  return [
    "#!/bin/sh",
    "set -eu",
    "umask 022",
    "rm -f /etc/apt/sources.list.d/0000*",
    ...files.map(writeFile),
    ...recipe.services.enable.map((unit) => `systemctl enable ${quoted(unit)}`),
    installLoader(recipe, layout.rootId),
    seal,
  ].join("\n");
}
