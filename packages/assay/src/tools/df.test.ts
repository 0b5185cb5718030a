import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDf } from "./df.ts";
import { fixture } from "./fixtures/fixture.ts";

test("sizes are bytes and mount points keep their blanks", () => {
  const systems = parseDf(fixture("df/odd-mount.txt"));
  expect(systems).toHaveLength(8);
  expect(systems.at(-1)).toEqual({
    source: "/dev/vdc2",
    fsType: "ext4",
    sizeBytes: 980 * 1024,
    usedBytes: 15 * 1024,
    availableBytes: 894 * 1024,
    mountPoint: "/mnt/a b\\c",
  });
});

test("file systems of the kernel have no sizes", () => {
  const text = "Filesystem Type 1024-blocks Used Available Capacity Mounted on\nproc proc - - - - /proc\n";
  expect(parseDf(text)).toMatchObject([{ sizeBytes: 0, availableBytes: 0, mountPoint: "/proc" }]);
});

test("any line that df can print is read back", () => {
  const word = fc.stringMatching(/^[a-z/][a-z0-9/._-]*$/);
  const path = fc.stringMatching(/^\/[a-z0-9 ._-]*[a-z]$/);
  const blocks = fc.nat({ max: 2 ** 40 });
  fc.assert(
    fc.property(word, word, blocks, blocks, fc.integer({ min: -(2 ** 30), max: 2 ** 40 }), path, (...fields) => {
      const [source, fsType, size, used, available, mountPoint] = fields;
      const text = `Filesystem Type 1024-blocks Used Available Capacity Mounted on
${source} ${fsType}   ${size} ${used}  ${available}  17% ${mountPoint}`;
      expect(parseDf(text)).toEqual([
        {
          source,
          fsType,
          sizeBytes: size * 1024,
          usedBytes: used * 1024,
          availableBytes: available * 1024,
          mountPoint,
        },
      ]);
    }),
  );
});

test("other output is refused", () => {
  expect(() => parseDf("df: /x: Transport endpoint is not connected")).toThrow(/header is missing/);
  expect(() => parseDf("Filesystem Type\nnonsense")).toThrow(/line 'nonsense'/);
});
