import fc from "fast-check";
import { expect, test } from "vitest";
import { fixture } from "../fixtures/fixture.ts";
import { hasArgument, parseCommandLine, valuesOf } from "./command-line.ts";
import { cpuFlags, parseCpuInfo } from "./cpu-info.ts";
import { parseMemoryInfo } from "./memory-info.ts";
import { parseModules } from "./modules.ts";
import { parseMounts } from "./mounts.ts";
import { decodeOctalEscapes } from "./octal-escapes.ts";
import { parseSwaps } from "./swaps.ts";

test("kernel arguments", () => {
  const line = parseCommandLine(fixture("proc/cmdline.txt"));
  expect(valuesOf(line, "console")).toEqual(["tty0", "ttyS0,115200"]);
  expect(hasArgument(line, "ro")).toBe(true);
  expect(hasArgument(line, "console=tty0")).toBe(true);
  expect(hasArgument(line, "console")).toBe(false);
  expect(valuesOf(line, "root")[0]).toMatch(/^UUID=/);
});

test("quoted kernel arguments stay whole", () => {
  const line = parseCommandLine('dyndbg="file a.c +p; file b.c +p" quiet "x=1 2"\n');
  expect(line.arguments).toEqual([
    { name: "dyndbg", value: "file a.c +p; file b.c +p" },
    { name: "quiet", value: undefined },
    { name: "x", value: "1 2" },
  ]);
});

test("processors and their flags", () => {
  const cpus = parseCpuInfo(fixture("proc/cpuinfo.txt"));
  expect(cpus.map((cpu) => cpu.get("processor"))).toEqual(["0", "1", "2", "3"]);
  expect(cpus[0]?.get("model name")).toBe("QEMU TCG CPU version 2.5+");
  expect(cpus.every((cpu) => cpuFlags(cpu).has("tsc"))).toBe(true);
  // Arm ends with a block about the board.
  const arm = parseCpuInfo("processor\t: 0\nFeatures\t: fp asimd\n\nHardware\t: board\n");
  expect(arm.map(cpuFlags)).toEqual([new Set(["fp", "asimd"])]);
});

test("memory is in bytes", () => {
  const memory = parseMemoryInfo(fixture("proc/meminfo.txt"));
  expect(memory.totalBytes).toBe(990_052 * 1024);
  expect(memory.swapTotalBytes).toBe((62_460 + 65_532) * 1024);
  expect(memory.all.get("HugePages_Total")).toBe(0);
  expect(parseMemoryInfo("MemTotal: 5 kB\n").availableBytes).toBeUndefined();
  expect(() => parseMemoryInfo("")).toThrow(/MemTotal/);
});

test("what meminfo says of memory is kept exactly", () => {
  const sizes = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z0-9_()]*$/), fc.nat({ max: 2 ** 42 }));
  fc.assert(
    fc.property(sizes, fc.nat({ max: 2 ** 42 }), (others, total) => {
      const lines = Object.entries({ ...others, MemTotal: total }).map(([name, size]) => `${name}:   ${size} kB\n`);
      const { all } = parseMemoryInfo(lines.join(""));
      expect([...all.values()].every((bytes) => bytes % 1024 === 0)).toBe(true);
      expect(Object.fromEntries([...all].map(([name, bytes]) => [name, bytes / 1024]))).toEqual({
        ...others,
        MemTotal: total,
      });
    }),
  );
});

test("swap on a partition and in a file with a blank in its name", () => {
  expect(parseSwaps(fixture("proc/swaps.txt"))).toEqual([
    { path: "/dev/vdc1", type: "partition", sizeBytes: 62_460 * 1024, usedBytes: 0, priority: -2 },
    { path: "/mnt/swap file", type: "file", sizeBytes: 65_532 * 1024, usedBytes: 0, priority: -3 },
  ]);
  expect(parseSwaps("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n")).toEqual([]);
  expect(() => parseSwaps("")).toThrow(/header is missing/);
});

test("mounts and fstab share one form", () => {
  const mounts = parseMounts(fixture("proc/mounts.txt"));
  expect(mounts.find(({ target }) => target === "/")).toMatchObject({ source: "/dev/vdb1", fsType: "ext4" });
  expect(mounts.filter(({ source }) => source === "/dev/vdc2").map(({ target }) => target)).toContain("/mnt/a b\\c");
  const entries = parseMounts(fixture("proc/fstab.txt"));
  expect(entries.map(({ target, fsType }) => [target, fsType])).toEqual([
    ["/", "ext4"],
    ["/boot/efi", "vfat"],
  ]);
  expect(entries[0]?.options).toContain("x-systemd.growfs");
  expect(() => parseMounts("/dev/sda1 /")).toThrow(/fewer than three fields/);
});

test("modules with those that need them", () => {
  const modules = parseModules(fixture("proc/modules.txt"));
  expect(modules.find(({ name }) => name === "cifs_arc4")).toEqual({
    name: "cifs_arc4",
    sizeBytes: 16_384,
    useCount: 1,
    usedBy: ["cifs"],
    state: "Live",
  });
  expect(modules.find(({ name }) => name === "cifs")?.usedBy).toEqual([]);
  expect(parseModules("x 16384 - - Live 0x0\ny 1 1 [permanent], Live 0x0 (OE)\n")).toMatchObject([
    { useCount: undefined, usedBy: [] },
    { useCount: 1, usedBy: [] },
  ]);
  expect(() => parseModules("Module Size Used by")).toThrow(/another form/);
});

test("escapes of the kernel are undone for any path", () => {
  const escapePath = (path: string) =>
    [...new TextEncoder().encode(path)]
      .map((byte) =>
        byte <= 0x20 || byte === 0x5c || byte >= 0x7f
          ? `\\${byte.toString(8).padStart(3, "0")}`
          : String.fromCharCode(byte),
      )
      .join("");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (path) => {
      expect(decodeOctalEscapes(escapePath(path))).toBe(path);
    }),
  );
});
