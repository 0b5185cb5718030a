import { expect, test } from "vitest";
import { parseQemuSettings } from "./settings.ts";

test("an empty section gives the defaults", () => {
  expect(parseQemuSettings({})).toEqual({
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

test("all problems are told at once, each with what was expected", () => {
  expect(() =>
    parseQemuSettings({ memory: 1, memory_mb: "much", firmware_type: "efi" }),
  ).toThrowErrorMatchingInlineSnapshot(
    `
    [UsageError: 'memory' is no key of 'platform.qemu'; known are firmware_type, enable_secure_boot, tpm, memory_mb, cores, boot_timeout, acceleration, first_contact, seed, cloud_init, ignition, kernel, initrd, cmdline, disk_img_resize_gib, machine_type, topology, numa, hugepages, cpu, disk_bus, nic_model, cdrom, vsock, share, extra_args, qemu_binary, template_cache_mb.
    'platform.qemu.firmware_type' is 'efi'; expected 'uefi' or 'bios'.
    'platform.qemu.memory_mb' is 'much'; expected a whole number from 256.]
  `,
  );
});
