import { expect, test } from "vitest";
import { UsageError } from "../../errors/catalogue.ts";
import { parseLibvirtSettings } from "./settings.ts";

test("an empty section asks for the usual machine on the user's own libvirt", () => {
  expect(parseLibvirtSettings({})).toMatchObject({
    uri: { host: undefined },
    network: "user",
    storage: "assay",
    forks: true,
    ...{ firmware: "uefi", hardware: undefined, memoryMb: 1024, cores: 2, acceleration: "auto" },
    boot: { seed: "nocloud", hasIgnition: false, extraUserData: [] },
  });
});

test("LISA's keys name the host, and the first of several is used", () => {
  const first = { address: "far.example", username: "me", private_key_file: "/keys/id", lisa_working_dir: "/var/tmp" };
  const read = parseLibvirtSettings({ hosts: [first, { address: "other" }], network_boot_timeout: 30 });
  expect(read.uri.host).toMatchObject({ address: "far.example", username: "me", privateKeyFile: "/keys/id" });
  expect(read).toMatchObject({ storageFolder: "/var/tmp", leaseTimeoutMs: 30_000 });
});

test("texts of the command line are taken as the values they are", () => {
  const section = { cores: "4", memory_mb: "2048", fork: "false", enable_secure_boot: "true" };
  expect(parseLibvirtSettings(section)).toMatchObject({ cores: 4, memoryMb: 2048, forks: false, isSecureBoot: true });
});

test("hardware is read as that of the platform qemu is, and an empty text is none", () => {
  const numa = [
    { cores: 1, memory_mb: 512 },
    { cores: 3, memory_mb: 256 },
  ];
  const read = parseLibvirtSettings({ numa, disk_bus: "sata", machine_type: "", cores: 2 });
  expect(read.hardware).toMatchObject({ numa: [{ memoryMb: 512 }, { cores: 3 }], diskBus: "sata" });
  expect(read).toMatchObject({ cores: 4, memoryMb: 768 });
});

test("machines on a shared network are booted each, since copies would share an address", () => {
  expect(parseLibvirtSettings({ network: "default" }).forks).toBe(false);
});

test("a kernel, its parameters and the room for templates are what the section says", () => {
  const read = parseLibvirtSettings({
    kernel: "bzImage",
    initrd: "initrd",
    cmdline: "quiet",
    template_cache_mb: "100",
  });
  expect(read).toMatchObject({
    boot: { kernel: "bzImage", initrd: "initrd", commandLine: "quiet" },
    templateCacheMb: 100,
  });
});

test.each([
  [{ disk_bus: "ide" }, "'platform.libvirt.disk_bus: ide' needs"],
  [{ cores: 8, topology: { sockets: 2 } }, "'platform.libvirt.cores' is 8"],
  [{ initrd: "initrd" }, "needs the file of a 'kernel'"],
  [{ cmdline: "one\ntwo" }, "expected one line of text"],
  [{ kernel: "bzImage", enable_secure_boot: true }, "needs the image's own boot loader"],
])("%j is refused", (section, words) => {
  expect(() => parseLibvirtSettings(section)).toThrow(words);
});

test("every problem is told at once", () => {
  const section = { cores: 0, seed: "iso", storage: "--all", firmware_type: "bios", enable_secure_boot: true };
  let message = "";
  try {
    parseLibvirtSettings(section);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    message = (error as UsageError).message;
  }
  expect(message.split("\n").toSorted()).toEqual([
    expect.stringContaining("'platform.libvirt.cores' is '0'"),
    expect.stringContaining("'platform.libvirt.enable_secure_boot' needs 'firmware_type: uefi'"),
    expect.stringContaining("'platform.libvirt.seed' is 'iso'"),
    expect.stringContaining("'platform.libvirt.storage' is '--all'"),
  ]);
});
