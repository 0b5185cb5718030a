import { expect, test } from "vitest";
import { PlatformError } from "../../../errors/catalogue.ts";
import { renamedHead } from "./saved-machine.ts";

const name = "assay-0123456789abcdef";
const uuid = "5f0ad1c1-6b14-4a3c-9a52-5a4f4a0c2f11";
const xml = `<domain><name>${name}</name><uuid>${uuid}</uuid><nvram>/x/${name}_VARS.fd</nvram>
<interface type='client'>
  <mac address='52:54:00:a5:5a:00'/></interface></domain>`;

/** A file as libvirt 9 writes it: header, XML, and the state of QEMU. */
function savedFile(text: string): Buffer {
  const header = Buffer.alloc(92);
  header.write("LibvirtQemudSave", "latin1");
  header.writeUInt32LE(2, 16);
  header.writeUInt32LE(text.length, 20);
  return Buffer.concat([header, Buffer.from(text), Buffer.from(`state of ${name}`)]);
}

test("name, id and MAC are replaced in the XML, and no byte moves", () => {
  const as = { name: "assay-fedcba9876543210", uuid: uuid.replaceAll("5", "6"), mac: "52:54:00:a5:5a:09" };
  const before = savedFile(xml);
  const head = renamedHead(before, as);
  expect(head).toHaveLength(92 + xml.length);
  expect(head.subarray(0, 92)).toEqual(before.subarray(0, 92));
  const text = head.toString("latin1", 92);
  expect(text).toContain(`<name>${as.name}</name><uuid>${as.uuid}</uuid><nvram>/x/${as.name}_VARS.fd</nvram>`);
  expect(text).toContain(as.mac);
  expect(text).not.toContain(name);
});

test("a machine keeps the MAC it has when no other is given", () => {
  const head = renamedHead(savedFile(xml), { name, uuid, mac: undefined });
  expect(head.toString("latin1", 92)).toBe(xml);
});

test.each([
  ["another format", Buffer.from("QFI\xfb".padEnd(400, "x"))],
  ["an empty file", Buffer.alloc(0)],
  ["a file that is cut off", savedFile(xml).subarray(0, 150)],
  ["one without a name", savedFile(xml.replace("<name>", "<title>"))],
])("%s is refused", (_, file) => {
  expect(() => renamedHead(file, { name, uuid, mac: undefined })).toThrow(PlatformError);
});
