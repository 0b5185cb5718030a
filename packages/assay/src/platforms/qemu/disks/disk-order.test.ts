import { expect, test } from "vitest";
import { UsageError } from "../../../errors/catalogue.ts";
import type { WantedDisk } from "../../../features/disk.ts";
import { deviceOf, orderDisk } from "./disk-order.ts";

test("what is left open is chosen: SCSI, 20 GiB, the id as serial number, the lowest LUN that is free", () => {
  const taken = [
    { serial: "data1", lun: 0 },
    { serial: "data2", lun: undefined },
    { serial: "data3", lun: 1 },
  ];
  expect(orderDisk("data4", {}, taken)).toEqual({
    id: "data4",
    bus: "scsi",
    sizeBytes: 20 * 2 ** 30,
    serial: "data4",
    isReadOnly: false,
    lun: 2,
    medium: "rotating",
  });
});

test.each<[WantedDisk, Readonly<Record<string, unknown>>]>([
  [
    { lun: 9, medium: "solid-state", serial: "S" },
    {
      driver: "scsi-hd",
      bus: "scsi0.0",
      channel: 0,
      "scsi-id": 1,
      lun: 9,
      device_id: "S",
      serial: "S",
      rotation_rate: 1,
    },
  ],
  [{ bus: "virtio-blk" }, { driver: "virtio-blk-pci", serial: "d" }],
  [{ bus: "nvme" }, { driver: "nvme", serial: "d" }],
  [{ bus: "usb" }, { driver: "usb-storage", serial: "d" }],
])("%o becomes a device of QEMU", (wanted, device) => {
  expect(deviceOf(orderDisk("d", wanted, []))).toEqual({ id: "d", drive: "d", ...device });
});

test.each<[string, WantedDisk, string]>([
  ["half a sector", { sizeBytes: 256 }, "A disk cannot have 256 bytes."],
  ["no size", { sizeBytes: 0 }, "A disk cannot have 0 bytes."],
  ["more than files hold", { sizeBytes: 2 ** 45 }, "A disk cannot have 35184372088832 bytes."],
  ["a serial number that would have to be quoted", { serial: "a b" }, "'a b' is no serial number of a disk."],
  [
    "a serial number of another disk",
    { serial: "other" },
    "Another disk of the machine has the serial number 'other'.",
  ],
  ["a LUN of another disk", { lun: 3 }, "A disk has LUN 3 already."],
  ["a LUN that is none", { lun: 64 }, "There is no LUN 64."],
  ["a LUN without SCSI", { bus: "nvme", lun: 1 }, "A disk of the bus 'nvme' has neither a LUN nor a medium."],
  ["an NVMe disk to read only", { bus: "nvme", isReadOnly: true }, "QEMU has no read-only NVMe disks."],
  ["a limit below none", { iops: -1 }, "'iops' of a disk cannot be -1."],
])("%s is refused", (_, wanted, message) => {
  const order = () => orderDisk("d", wanted, [{ serial: "other", lun: 3 }]);
  expect(order).toThrow(UsageError);
  expect(order).toThrow(message);
});

test("a machine with all its SCSI disks takes no more", () => {
  const taken = Array.from({ length: 64 }, (_, lun) => ({ serial: `s${lun}`, lun }));
  expect(() => orderDisk("d", {}, taken)).toThrow("The machine has 64 SCSI disks already.");
});
