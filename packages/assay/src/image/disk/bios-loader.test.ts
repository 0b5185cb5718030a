import { expect, test } from "vitest";
import { placeBiosLoader } from "./bios-loader.ts";

const boot = Buffer.alloc(512, 0x11);
const core = Buffer.alloc(1300, 0x22);

test("boot.img names the first sector of the core and leaves the partition table alone", () => {
  const [placed] = placeBiosLoader(boot, core, 2048, 6144);
  expect(placed?.offsetBytes).toBe(0);
  expect(placed?.bytes.length).toBe(0x1b8);
  expect(placed?.bytes.readBigUInt64LE(0x5c)).toBe(2048n);
  expect(placed?.bytes.readUInt8(0x64)).toBe(0xff);
  expect(placed?.bytes.readUInt16LE(0x66)).toBe(0x9090);
});

test("the core's first sector says where its other two sectors are", () => {
  const [, placed] = placeBiosLoader(boot, core, 2048, 6144);
  expect(placed?.offsetBytes).toBe(2048 * 512);
  expect(placed?.bytes.length).toBe(3 * 512);
  expect(placed?.bytes.readBigUInt64LE(0x1f4)).toBe(2049n);
  expect(placed?.bytes.readUInt16LE(0x1fc)).toBe(2);
  expect(placed?.bytes.readUInt16LE(0x1fe)).toBe(0x2222);
});

test("the images handed in are not changed", () => {
  placeBiosLoader(boot, core, 2048, 6144);
  expect(boot.equals(Buffer.alloc(512, 0x11))).toBe(true);
  expect(core.equals(Buffer.alloc(1300, 0x22))).toBe(true);
});

test("a core larger than its partition is refused", () => {
  expect(() => placeBiosLoader(boot, core, 2048, 2)).toThrow(
    "core.img needs 3 sectors, the BIOS boot partition has 2.",
  );
  expect(() => placeBiosLoader(core, core, 2048, 9)).toThrow("boot.img has 1300 bytes instead of 512.");
});
