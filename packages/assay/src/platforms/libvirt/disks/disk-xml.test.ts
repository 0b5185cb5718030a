import { expect, test } from "vitest";
import { orderDisk } from "../../qemu/disks/disk-order.ts";
import { toXml } from "../domain/xml.ts";
import { aliasIn } from "./block-nodes.ts";
import { diskXml, targetOf } from "./disk-xml.ts";

test.each([
  ["scsi", 1, "sdb"],
  ["virtio-blk", 1, "vdb"],
  ["usb", 2, "sdc"],
  ["scsi", 25, "sdz"],
  ["scsi", 26, "sdaa"],
  ["virtio-blk", 53, "vdbb"],
] as const)("a disk on %s, number %i, is '%s'", (bus, number, expected) => {
  expect(targetOf({ bus }, number)).toBe(expected);
});

test("a SCSI disk has its LUN, serial number and medium", () => {
  const order = orderDisk("data1", { lun: 7, serial: "mine", medium: "solid-state", isReadOnly: true }, []);
  const xml = toXml(diskXml(order, "sdb", "/pool/disk.qcow2"));
  for (const part of [
    '<address type="drive" controller="0" bus="0" target="1" unit="7"/>',
    "<serial>mine</serial>",
    '<target dev="sdb" bus="scsi" rotation_rate="1"/>',
    "<readonly/>",
    '<alias name="ua-data1"/>',
  ]) {
    expect(xml).toContain(part);
  }
});

test.each([
  ["usb", '<target dev="sdb" bus="usb"/>'],
  ["virtio-blk", '<target dev="sdb" bus="virtio"/>'],
] as const)("a disk on %s finds its place by itself", (bus, target) => {
  const xml = toXml(diskXml(orderDisk("data1", { bus }, []), "sdb", "/x"));
  expect(xml).toContain(target);
  expect(xml).not.toContain("<address");
});

test.each([
  ["ua-data1", "ua-data1"],
  ["/machine/peripheral/ua-os/virtio-backend", "ua-os"],
  ["/machine/peripheral/ua-data2/ua-data2.0/legacy[0]", "ua-data2"],
  ["/machine/system.flash1", undefined],
  ["virtio-disk0", undefined],
])("the device '%s' has the alias %s", (device, alias) => {
  expect(aliasIn(device)).toBe(alias);
});
