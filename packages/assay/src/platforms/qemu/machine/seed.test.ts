import { execFile } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { joinUserData, seedOf, writeSeed } from "./seed.ts";

const contents = {
  instanceId: "assay-1",
  hostname: "qemu-1",
  username: "assay",
  publicKey: "ssh-ed25519 AAAA assay-1",
};

test("user-data makes one user with the key and no password", () => {
  const { label, files } = seedOf("nocloud", contents);
  const userData = files["user-data"] ?? "";
  const metaData = files["meta-data"] ?? "";
  expect(label).toBe("cidata");
  expect(userData).toMatch(/^#cloud-config\n/);
  const config = JSON.parse(userData.replace(/^#cloud-config\n/, ""));
  expect(config.users).toEqual([
    expect.objectContaining({ name: "assay", lock_passwd: true, ssh_authorized_keys: ["ssh-ed25519 AAAA assay-1"] }),
  ]);
  expect(config.ssh_pwauth).toBe(false);
  expect(JSON.parse(metaData)).toEqual({ "instance-id": "assay-1", "local-hostname": "qemu-1" });
});

test("the seed is an ISO 9660 volume named cidata with both files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-seed-test-"));
  try {
    const path = join(folder, "seed.iso");
    await writeSeed(path, seedOf("nocloud", contents), AbortSignal.timeout(20_000));
    await using handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(32), 0, 32, 16 * 2048 + 40);
    expect(buffer.toString("latin1").trim()).toBe("cidata");
    const listing = await promisify(execFile)("isoinfo", ["-R", "-f", "-i", path]);
    expect(
      listing.stdout
        .split("\n")
        .filter((line) => line !== "")
        .sort(),
    ).toEqual(["/meta-data", "/user-data"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a seed that cannot be written is told with the reason, and leaves nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-seed-test-"));
  try {
    const path = join(folder, "seed.iso");
    await mkdir(path);
    const writing = writeSeed(path, seedOf("nocloud", contents), AbortSignal.timeout(20_000));
    await expect(writing).rejects.toThrow(/^The cloud-init seed '.*seed.iso' could not be written: .*\S/);
    expect(await readdir(folder)).toEqual(["seed.iso"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a config drive has the same user-data in the places of OpenStack", () => {
  const { label, files } = seedOf("config_drive", contents);
  expect(label).toBe("config-2");
  expect(files["openstack/latest/user_data"]).toBe(seedOf("nocloud", contents).files["user-data"]);
  expect(JSON.parse(files["openstack/latest/meta_data.json"] ?? "")).toEqual({
    uuid: "assay-1",
    hostname: "qemu-1",
    name: "qemu-1",
  });
});

test("user-data are joined as LISA joins them: mappings key by key, lists one behind the other, the rest replaced", () => {
  const first = { users: ["a"], chpasswd: { expire: true, list: [] }, package_update: false, kept: 1 };
  const second = { users: ["b"], chpasswd: { expire: false }, package_update: true, runcmd: ["date"] };
  expect(joinUserData(first, second)).toEqual({
    users: ["a", "b"],
    chpasswd: { expire: false, list: [] },
    package_update: true,
    kept: 1,
    runcmd: ["date"],
  });
});
