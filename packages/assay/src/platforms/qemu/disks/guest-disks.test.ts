import { expect, test } from "vitest";
import { parseDisks } from "./guest-disks.ts";

test("disks are read with and without a serial number", () => {
  expect(parseDisks("/dev/vda 8589934592 0 254:0 \n/dev/sda 1048576 1 8:0 data1\n\n")).toEqual([
    { path: "/dev/vda", sizeBytes: 8_589_934_592, isReadOnly: false, serial: "" },
    { path: "/dev/sda", sizeBytes: 1_048_576, isReadOnly: true, serial: "data1" },
  ]);
});
