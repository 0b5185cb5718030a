/**
 * Descriptors of firmware: those of Debian 12 as its packages install them, and a set as other distributions have it,
 * in which the first to be found are of kinds that assay does not take.
 */
export const descriptorOf: Readonly<Record<"Debian 12" | "several kinds", Readonly<Record<string, string>>>> = {
  "Debian 12": {
    "40-edk2-aarch64-secure-enrolled.json": JSON.stringify({
      description: "UEFI firmware for aarch64, with Secure Boot, SB enabled, MS certs enrolled",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/AAVMF/AAVMF_CODE.ms.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/AAVMF/AAVMF_VARS.ms.fd", format: "raw" },
      },
      targets: [{ architecture: "aarch64", machines: ["virt-*"] }],
      features: ["enrolled-keys", "secure-boot", "verbose-static"],
      tags: [],
    }),
    "40-edk2-x86_64-secure-enrolled.json": JSON.stringify({
      description: "UEFI firmware for x86_64, with Secure Boot and SMM, SB enabled, MS certs enrolled",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["acpi-s3", "amd-sev", "enrolled-keys", "requires-smm", "secure-boot", "verbose-dynamic"],
      tags: [],
    }),
    "50-edk2-aarch64-secure.json": JSON.stringify({
      description: "UEFI firmware for aarch64, with Secure Boot, SB enabled, empty varstore",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/AAVMF/AAVMF_CODE.secboot.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/AAVMF/AAVMF_VARS.fd", format: "raw" },
      },
      targets: [{ architecture: "aarch64", machines: ["virt-*"] }],
      features: ["secure-boot", "verbose-static"],
      tags: [],
    }),
    "50-edk2-x86_64-secure.json": JSON.stringify({
      description: "UEFI firmware for x86_64, with Secure Boot and SMM, empty varstore",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/OVMF/OVMF_VARS_4M.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["acpi-s3", "amd-sev", "requires-smm", "secure-boot", "verbose-dynamic"],
      tags: [],
    }),
    "60-edk2-aarch64.json": JSON.stringify({
      description: "UEFI firmware for aarch64",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/AAVMF/AAVMF_CODE.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/AAVMF/AAVMF_VARS.fd", format: "raw" },
      },
      targets: [{ architecture: "aarch64", machines: ["virt-*"] }],
      features: ["verbose-static"],
      tags: [],
    }),
    "60-edk2-x86_64.json": JSON.stringify({
      description: "UEFI firmware for x86_64, without Secure Boot without SMM, with empty varstore",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: "/usr/share/OVMF/OVMF_CODE_4M.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/OVMF/OVMF_VARS_4M.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-i440fx-*", "pc-q35-*"] }],
      features: ["acpi-s3", "amd-sev", "verbose-dynamic"],
      tags: [],
    }),
  },
  "several kinds": {
    "30-edk2-ovmf-4m-qcow2-x64-sb-enrolled.json": JSON.stringify({
      description: "OVMF with SB+SMM, SB enabled, MS certs enrolled",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "split",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF_CODE_4M.secboot.qcow2", format: "qcow2" },
        "nvram-template": { filename: "/usr/share/edk2/ovmf/OVMF_VARS_4M.secboot.qcow2", format: "qcow2" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["acpi-s3", "enrolled-keys", "requires-smm", "secure-boot", "verbose-dynamic"],
      tags: [],
    }),
    "31-edk2-ovmf-4m-qcow2-x64-nosb.json": JSON.stringify({
      description: "OVMF without SB+SMM, empty varstore",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "split",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", format: "qcow2" },
        "nvram-template": { filename: "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2", format: "qcow2" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-i440fx-*", "pc-q35-*"] }],
      features: ["acpi-s3", "verbose-dynamic"],
      tags: [],
    }),
    "40-edk2-ovmf-x64-sb-enrolled.json": JSON.stringify({
      description: "OVMF with SB+SMM, SB enabled, MS certs enrolled",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "split",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["acpi-s3", "enrolled-keys", "requires-smm", "secure-boot", "verbose-dynamic"],
      tags: [],
    }),
    "40-edk2-ovmf-x64.json": JSON.stringify({
      description: "OVMF without SB+SMM, empty varstore",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "split",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF_CODE.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/edk2/ovmf/OVMF_VARS.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-i440fx-*", "pc-q35-*"] }],
      features: ["acpi-s3", "amd-sev", "verbose-dynamic"],
      tags: [],
    }),
    "50-edk2-ovmf-x64-amdsev-stateless.json": JSON.stringify({
      description: "OVMF for SEV, stateless",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "stateless",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF.amdsev.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["amd-sev", "amd-sev-es", "verbose-dynamic"],
      tags: [],
    }),
    "60-edk2-ovmf-x64-inteltdx.json": JSON.stringify({
      description: "OVMF for TDX",
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        mode: "split",
        executable: { filename: "/usr/share/edk2/ovmf/OVMF.inteltdx.fd", format: "raw" },
        "nvram-template": { filename: "/usr/share/edk2/ovmf/OVMF_VARS.fd", format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["intel-tdx", "verbose-dynamic"],
      tags: [],
    }),
  },
};
