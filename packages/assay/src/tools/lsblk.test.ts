import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { allDevices, deviceAt, diskAt, findDevice, findOsDisk, parseLsblk } from "./lsblk.ts";

test("disks with their partitions", () => {
  const devices = parseLsblk(fixture("lsblk/one-system-disk.txt"));
  expect(devices.map(({ path, type, sizeBytes }) => [path, type, sizeBytes])).toEqual([
    ["/dev/vda", "disk", 1_073_741_824],
    ["/dev/vdb", "disk", 8_589_934_592],
    ["/dev/vdc", "disk", 67_108_864],
    ["/dev/vdd", "disk", 380_928],
  ]);
  expect(devices[0]).toMatchObject({ serial: "DATA1", model: undefined, mountPoints: [], children: [] });
  expect(deviceAt(devices, "/")).toMatchObject({ name: "vdb1", fsType: "ext4", mountPoints: ["/"] });
  expect(findOsDisk(devices)?.path).toBe("/dev/vdb");
  expect(devices[3]?.isReadOnly).toBe(true);
});

test("swap and several mount points, one with a backslash", () => {
  const devices = parseLsblk(fixture("lsblk/swap-and-odd-mount.txt"));
  expect(deviceAt(devices, "[SWAP]")).toMatchObject({ path: "/dev/vdc1", label: "more" });
  expect(findDevice(devices, "/dev/vdc2")?.mountPoints).toEqual(["/mnt/bind", "/mnt/a b\\c"]);
  expect(diskAt(devices, "/mnt/bind")?.path).toBe("/dev/vdc");
  expect(diskAt(devices, "/nowhere")).toBeUndefined();
});

// In the form of util-linux 2.27 to 2.36: sizes and flags are text, and there is one mount point.
const OLD_WITH_LVM = `{"blockdevices": [
  {"name": "/dev/sda", "type": "disk", "size": "10737418240", "ro": "0", "rm": "1", "mountpoint": null, "model": "Virtual Disk    ",
    "children": [
      {"name": "/dev/sda1", "type": "part", "size": "1073741824", "ro": "0", "rm": "0", "mountpoint": "/boot/efi"},
      {"name": "/dev/sda2", "type": "part", "size": "9663676416", "ro": "0", "rm": "0", "mountpoint": null,
        "children": [{"name": "/dev/mapper/vg-root", "type": "lvm", "size": "9663676416", "mountpoint": "/"}]}
    ]}
]}`;

test("volumes on partitions, as older versions print them", () => {
  const devices = parseLsblk(OLD_WITH_LVM);
  expect(devices[0]).toMatchObject({ sizeBytes: 10_737_418_240, isRemovable: true, model: "Virtual Disk" });
  expect(allDevices(devices).map(({ name }) => name)).toEqual(["sda", "sda1", "sda2", "vg-root"]);
  expect(diskAt(devices, "/")?.path).toBe("/dev/sda");
});

test("a root on no disk leaves the disk of /boot", () => {
  const devices = parseLsblk(OLD_WITH_LVM.replace('"mountpoint": "/"', '"mountpoint": null'));
  expect(findOsDisk(devices)?.path).toBe("/dev/sda");
  expect(findOsDisk(parseLsblk(""))).toBeUndefined();
});

test("other output is refused", () => {
  expect(() => parseLsblk("NAME SIZE")).toThrow(/not JSON/);
  expect(() => parseLsblk("{}")).toThrow(/no list 'blockdevices'/);
});
