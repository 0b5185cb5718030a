import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { descriptorOf } from "../../../testing/firmware-descriptors.ts";
import { findUefiFirmware, firmwareStamp, missingFirmware } from "./firmware.ts";
import { fittingDescriptors, parseDescriptor, readDescriptors } from "./firmware-descriptors.ts";

const q35 = { architecture: "x86_64", machine: "pc-q35-7.2", isSecure: false };
const pc = { ...q35, machine: "pc-i440fx-7.2" };
const virt = { architecture: "aarch64", machine: "virt-7.2", isSecure: false };

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "assay-firmware-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test.each([
  ["Debian 12", "a q35 machine", q35, ["60-edk2-x86_64.json"]],
  ["Debian 12", "a q35 machine with Secure Boot", { ...q35, isSecure: true }, ["40-edk2-x86_64-secure-enrolled.json"]],
  ["Debian 12", "a pc machine", pc, ["60-edk2-x86_64.json"]],
  ["Debian 12", "a pc machine with Secure Boot", { ...pc, isSecure: true }, []],
  ["Debian 12", "a microvm", { ...q35, machine: "microvm" }, []],
  ["Debian 12", "an arm64 machine", virt, ["60-edk2-aarch64.json"]],
  [
    "Debian 12",
    "an arm64 machine with Secure Boot",
    { ...virt, isSecure: true },
    ["40-edk2-aarch64-secure-enrolled.json"],
  ],
  // What is in qcow2, keeps no variables or is for confidential machines is left.
  ["several kinds", "a q35 machine", q35, ["40-edk2-ovmf-x64.json"]],
  [
    "several kinds",
    "a q35 machine with Secure Boot",
    { ...q35, isSecure: true },
    ["40-edk2-ovmf-x64-sb-enrolled.json"],
  ],
] as const)("of the descriptors of %s those for %s", (distribution, _, need, names) => {
  const all = Object.entries(descriptorOf[distribution]).map(([name, text]) => parseDescriptor(name, text));
  const read = all.filter((descriptor) => descriptor !== undefined);
  expect(fittingDescriptors(read, need).map(({ name }) => name)).toEqual(names);
});

test.each([
  ["an empty file", ""],
  ["no JSON", "{"],
  [
    "a descriptor of a BIOS",
    '{"interface-types":["bios"],"mapping":{"device":"memory","filename":"/bios.bin"},"targets":[],"features":[]}',
  ],
])("%s describes no firmware", (_, text) => {
  expect(parseDescriptor("50-other.json", text)).toBeUndefined();
});

test("a descriptor of an earlier folder takes the place of that of its name", async () => {
  const [first = "", second = ""] = Object.values(descriptorOf["Debian 12"]);
  const own = await folderOf({ "60-mine.json": first, "70-off.json": "" });
  const system = await folderOf({ "60-mine.json": second, "70-off.json": second, "10-other.json": second });
  const found = await readDescriptors([join(own, "absent"), own, system]);
  expect(found.map(({ name, code }) => [name, code])).toEqual([
    ["10-other.json", parseDescriptor("", second)?.code],
    ["60-mine.json", parseDescriptor("", first)?.code],
  ]);
});

test("firmware of which files are missing is passed over for the next", async () => {
  const files = await folderOf({ code: "", variables: "" });
  const [code, variables] = [join(files, "code"), join(files, "variables")];
  const describing = (codeFile: string) =>
    JSON.stringify({
      "interface-types": ["uefi"],
      mapping: {
        device: "flash",
        executable: { filename: codeFile, format: "raw" },
        "nvram-template": { filename: variables, format: "raw" },
      },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["secure-boot", "enrolled-keys", "requires-smm"],
    });
  const folder = await folderOf({ "10-gone.json": describing(join(files, "gone")), "20-there.json": describing(code) });
  const need = { ...q35, isSecure: true };
  const found = await findUefiFirmware(need, { folders: [folder], candidates: [] });
  expect(found).toEqual({ code, variables, needsSmm: true });
});

test("without descriptors the usual places count, each for its own machines", async () => {
  const files = await folderOf({ code: "", variables: "" });
  const [code, variables] = [join(files, "code"), join(files, "variables")];
  const candidates = [{ architecture: "x86_64", isSecure: true, needsSmm: true, code, variables }];
  const places = { folders: [], candidates };
  expect(await findUefiFirmware({ ...q35, isSecure: true }, places)).toEqual({ code, variables, needsSmm: true });
  expect(await findUefiFirmware(q35, places)).toBeUndefined();
  expect(await findUefiFirmware({ ...virt, isSecure: true }, places)).toBeUndefined();
});

test("a changed firmware has another stamp, and none is that of a BIOS", async () => {
  const files = await folderOf({ code: "", variables: "" });
  const firmware = { code: join(files, "code"), variables: join(files, "variables"), needsSmm: false };
  const before = await firmwareStamp(firmware);
  await writeFile(firmware.code, "newer");
  expect(await firmwareStamp(firmware)).not.toBe(before);
  expect(await firmwareStamp(undefined)).toBe("bios");
});

test.each([
  [q35, "apt-get install ovmf' (Debian, Ubuntu), or set 'firmware_type: bios'"],
  [{ ...q35, isSecure: true }, "or leave 'enable_secure_boot' out"],
  [virt, "apt-get install qemu-efi-aarch64' (Debian, Ubuntu)."],
])("missing firmware is told with how to get it", (need, help) => {
  expect(missingFirmware(need)).toMatchObject({ help: expect.stringContaining(help) });
});
