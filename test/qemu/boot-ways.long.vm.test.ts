import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileDigest } from "../../packages/assay/src/image/digest.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type { Image } from "../../packages/assay/src/image/types.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { LIMIT_MS, openGuests } from "./guests.ts";

const run = promisify(execFile);
const signal = AbortSignal.timeout(LIMIT_MS);
let folder = "";
let image: Image;
let converted = "";
let given = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-boot-ways-"));
  const { format, path } = await resolveImage("debian-12", { signal });
  given = join(folder, "disk.vmdk");
  await run("qemu-img", ["convert", "-f", format, "-O", "vmdk", path, given]);
  image = await resolveImage(given, { checksum: await fileDigest(given), signal });
  converted = dirname(image.path);
  await writeFile(
    join(folder, "extra.yml"),
    "#cloud-config\nwrite_files:\n  - {path: /etc/assay-extra, content: written}\nruncmd: [[touch, /etc/assay-ran]]\n",
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  // No two conversions to VMDK are the same: what was made of this one serves nobody again.
  if (converted !== "") await rm(converted, { recursive: true, force: true });
});

const kernelFile = (): string => join(folder, "vmlinuz");
const initrdFile = (): string => join(folder, "initrd");

test("a VMDK image boots with the user's cloud-config and Ignition's, and is never written", async () => {
  const stateOf = async (path: string) => ({ digest: await fileDigest(path), mtimeMs: (await stat(path)).mtimeMs });
  const before = { given: await stateOf(given), disk: await stateOf(image.path) };
  await using guests = await openGuests({
    image,
    section: {
      ignition: true,
      seed: "nocloud",
      cloud_init: { extra_user_data: [join(folder, "extra.yml")] },
    },
  });
  await using fork = await guests.deploy("vmdk");
  const [node] = fork.nodes;
  expect(fork.facts).toMatchObject({
    image: "disk.vmdk",
    image_digest: before.given.digest,
    image_checksum: `sha256:${before.given.digest} (the checksum that was given)`,
    kernel: await node.text(["uname", "-r"]),
  });
  expect(await node.text(["cat", "/etc/assay-extra"])).toBe("written");
  expect(await node.text(["ls", "/etc/assay-ran"])).toBe("/etc/assay-ran");
  expect(await node.text(["cloud-init", "schema", "--system"], { sudo: true })).toMatch(/Valid/);
  const blob = "/sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw";
  const seen = JSON.parse(await node.text(sh`modprobe qemu_fw_cfg && cat ${blob}`, { sudo: true }));
  expect(seen).toMatchObject({ ignition: { version: "3.3.0" }, passwd: { users: [{ name: "assay" }] } });

  await node.text(sh`echo changed > /etc/motd && sync`, { sudo: true });
  // QEMU itself keeps others from writing to what its guests read from.
  await expect(run("qemu-io", ["-f", "qcow2", "-c", "write 0 512", image.path])).rejects.toThrow(/lock/);
  expect({ given: await stateOf(given), disk: await stateOf(image.path) }).toEqual(before);

  const release = await node.text(["uname", "-r"]);
  await node.shell.download(`/boot/vmlinuz-${release}`, kernelFile());
  await node.shell.download(`/boot/initrd.img-${release}`, initrdFile());
});

test("a kernel file with its initial RAM disk boots the image past its boot loader, with a config drive", async () => {
  await using guests = await openGuests({
    image,
    section: {
      seed: "config_drive",
      kernel: kernelFile(),
      initrd: initrdFile(),
      // The image looks for NoCloud alone unless its kernel is told otherwise.
      cmdline: "root=/dev/vda1 ro console=ttyS0,115200 no_timer_check ci.ds=ConfigDrive assay.test=1",
    },
  });
  await using fork = await guests.deploy("direct");
  const [node] = fork.nodes;
  expect(await node.text(["cat", "/proc/cmdline"])).toContain("assay.test=1");
  expect(await node.text(["cat", "/run/cloud-init/result.json"])).toContain("DataSourceConfigDrive");
  expect(fork.facts).toMatchObject({
    kernel: await node.text(["uname", "-r"]),
    kernel_parameters: expect.stringContaining("assay.test=1"),
  });
  expect(guests.progress.map(({ step }) => step)).toContain("prepare kernel");
});
