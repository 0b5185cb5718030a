import { basename } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";

/** An emulated guest needs minutes for the initial RAM disk of a kernel with all modules. */
const INSTALL_LIMIT_MS = 1_800_000;
const FOLDER = "/var/tmp/assay-kernel";

/**
 * Installs a Debian package with a kernel on the guest, with its modules and an initial RAM disk made there. Throws
 * PlatformError with the last words of dpkg.
 */
export async function installKernelPackage(
  shell: Shell,
  { path, release }: { readonly path: string; readonly release: string },
  signal: AbortSignal,
): Promise<void> {
  const options = { sudo: true, signal, timeoutMs: INSTALL_LIMIT_MS };
  const ready = await shell.run(sh`command -v dpkg >/dev/null && mkdir -p ${FOLDER} && chmod 0777 ${FOLDER}`, options);
  signal.throwIfAborted();
  if (ready.exitCode !== 0)
    throw new PlatformError("The image takes no Debian packages: it has no 'dpkg'.", {
      help: "Give the kernel as a file, with --initrd for its modules, or build the image with it.",
    });
  const place = `${FOLDER}/${basename(path)}`;
  await shell.upload(path, place, { signal });
  const done = await shell.run(
    sh`export DEBIAN_FRONTEND=noninteractive
dpkg --install ${place} 2>&1 || exit 1
rm -r ${FOLDER}
[ -e /boot/initrd.img-${release} ] || ! command -v update-initramfs >/dev/null || update-initramfs -c -k ${release} 2>&1`,
    options,
  );
  signal.throwIfAborted();
  if (done.exitCode === 0) return;
  const words = done.stdout.trim().split("\n").slice(-8).join("\n");
  throw new PlatformError(`The kernel package '${path}' does not install on the image: ${words || done.outcome.kind}`, {
    help: "Give a package that was built for this release of the distribution.",
  });
}

/**
 * Takes away what a first boot has made, so that the next one is a first boot again: identities, accounts of the seed,
 * logs. An account that was in the image from the beginning stays.
 */
export async function forgetFirstBoot(
  shell: Shell,
  { username, isOfImage }: { readonly username: string; readonly isOfImage: boolean },
  signal: AbortSignal,
): Promise<void> {
  const removeAccount = isOfImage ? sh`true` : sh`userdel --force --remove ${username} >/dev/null 2>&1`;
  const done = await shell.run(
    sh`if command -v cloud-init >/dev/null; then cloud-init clean --logs || rm -rf /var/lib/cloud; fi
rm -f /etc/ssh/ssh_host_*_key* /var/lib/systemd/random-seed /var/lib/dbus/machine-id
: > /etc/machine-id
rm -rf /var/log/journal/* /run/log/journal/*
rm -f /etc/sudoers.d/90-cloud-init-users
${removeAccount}
sync`,
    { sudo: true, signal, timeoutMs: INSTALL_LIMIT_MS },
  );
  signal.throwIfAborted();
  if (done.outcome.kind !== "exited")
    throw new PlatformError(`The first boot could not be undone: ${done.stderr.trim() || done.outcome.kind}`);
}
