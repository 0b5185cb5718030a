import { expect, test } from "vitest";
import { parseQemuSettings } from "./settings.ts";

test("an empty section gives the defaults", () => {
  expect(parseQemuSettings({})).toEqual({
    architecture: "x86_64",
    firmware: "uefi",
    isSecureBoot: false,
    hasTpm: false,
    memoryMb: 1024,
    cores: 2,
    hardware: undefined,
    bootTimeoutMs: undefined,
    acceleration: "auto",
    firstContact: "agent",
    boot: {
      seed: "nocloud",
      hasIgnition: false,
      extraUserData: [],
      kernel: undefined,
      initrd: undefined,
      commandLine: undefined,
      needsKernel: false,
      diskGib: undefined,
    },
    qemuBinary: "qemu-system-x86_64",
    templateCacheMb: 8192,
  });
});

test("values from variables, which are text, count as numbers", () => {
  const settings = parseQemuSettings({ memory_mb: "2048", cores: "4", boot_timeout: 30, firmware_type: "BIOS" });
  expect(settings).toMatchObject({ memoryMb: 2048, cores: 4, bootTimeoutMs: 30_000, firmware: "bios" });
});

test("Secure Boot needs UEFI and the boot loader of the image", () => {
  expect(parseQemuSettings({ enable_secure_boot: true, tpm: true })).toMatchObject({
    isSecureBoot: true,
    hasTpm: true,
  });
  expect(() => parseQemuSettings({ enable_secure_boot: true, firmware_type: "bios" })).toThrow(
    /needs 'firmware_type: uefi'/,
  );
  expect(() => parseQemuSettings({ enable_secure_boot: true, kernel: "/k/vmlinuz" })).toThrow(/'kernel' passes by/);
});

test("arm64 has its own emulator and board, under each of its names", () => {
  const arm = { architecture: "aarch64", qemuBinary: "qemu-system-aarch64", hardware: { machineType: "virt" } };
  expect(parseQemuSettings({ arch: "arm64" })).toMatchObject(arm);
  expect(parseQemuSettings({ arch: "aarch64", enable_secure_boot: true })).toMatchObject(arm);
  expect(parseQemuSettings({ arch: "AMD64" })).toMatchObject({ architecture: "x86_64", hardware: undefined });
});

test("what the section leaves open follows from the image", () => {
  const [amd64, arm64] = [
    { name: "debian-12", architecture: "x86_64" },
    { name: "debian-12-arm64", architecture: "aarch64" },
  ] as const;
  const arm = { architecture: "aarch64", qemuBinary: "qemu-system-aarch64", hardware: { machineType: "virt" } };
  expect(parseQemuSettings({}, arm64)).toMatchObject(arm);
  expect(parseQemuSettings({ arch: "arm64", cpu: "cortex-a57" }, arm64)).toMatchObject(arm);
  expect(parseQemuSettings({}, amd64)).toEqual(parseQemuSettings({}));
  // Nobody knows what is on any other disk.
  expect(parseQemuSettings({ arch: "aarch64" }, { name: "disk.qcow2" })).toMatchObject(arm);
  expect(() => parseQemuSettings({ arch: "aarch64" }, amd64)).toThrow(
    "'platform.qemu.arch' is 'aarch64', and the image 'debian-12' is for x86_64; without 'arch' its machines",
  );
  expect(() => parseQemuSettings({ arch: "x64" }, arm64)).toThrow("the image 'debian-12-arm64' is for aarch64");
  expect(() => parseQemuSettings({ machine_type: "q35" }, arm64)).toThrow("'q35', which is no board of aarch64");
});

test.each([
  [{ arch: "aarch64", machine_type: "q35" }, "'q35', which is no board of aarch64"],
  [{ machine_type: "virt" }, "'virt', which is no board of x86_64"],
  [{ arch: "aarch64", firmware_type: "bios" }, "'firmware_type: uefi'"],
  [{ arch: "aarch64", kernel: "/k/vmlinuz" }, "'platform.qemu.kernel' needs x86_64"],
  [{ arch: "aarch64", initrd: "/k/initrd" }, "'platform.qemu.initrd' needs x86_64"],
  [{ arch: "aarch64", cmdline: "quiet" }, "'platform.qemu.cmdline' needs x86_64"],
  [{ machine_type: "microvm", kernel: "/k/vmlinuz", enable_secure_boot: true }, "needs 'machine_type: q35'"],
  [{ machine_type: "pc", enable_secure_boot: true }, "needs 'machine_type: q35'"],
  [{ arch: "riscv64" }, "expected 'x86_64' or 'aarch64'"],
])("%j does not go together", (section, problem) => {
  expect(() => parseQemuSettings(section)).toThrow(problem);
});

test("a microvm has no firmware", () => {
  expect(parseQemuSettings({ machine_type: "microvm", kernel: "/k/vmlinuz" })).toMatchObject({ firmware: "bios" });
});

test("all problems are told at once, each with what was expected", () => {
  expect(() =>
    parseQemuSettings({ memory: 1, memory_mb: "much", firmware_type: "efi" }),
  ).toThrowErrorMatchingInlineSnapshot(
    `
    [UsageError: 'memory' is no key of 'platform.qemu'; known are firmware_type, enable_secure_boot, arch, tpm, memory_mb, cores, boot_timeout, acceleration, first_contact, seed, cloud_init, ignition, kernel, initrd, cmdline, disk_img_resize_gib, machine_type, topology, numa, hugepages, cpu, disk_bus, nic_model, cdrom, vsock, share, extra_args, qemu_binary, template_cache_mb.
    'platform.qemu.firmware_type' is 'efi'; expected 'uefi' or 'bios'.
    'platform.qemu.memory_mb' is 'much'; expected a whole number from 256.]
  `,
  );
});
