import { expect, test } from "vitest";
import { parseFindmnt } from "./findmnt.ts";
import { fixture } from "./fixtures/fixture.ts";

test("list and tree hold the same mounts", () => {
  const list = parseFindmnt(fixture("findmnt/list.txt"));
  const byTarget = (mounts: typeof list) => mounts.toSorted((a, b) => a.target.localeCompare(b.target));
  expect(byTarget(parseFindmnt(fixture("findmnt/tree.txt")))).toEqual(byTarget(list));
  expect(list.find(({ target }) => target === "/")).toMatchObject({ source: "/dev/vdb1", fsType: "ext4" });
  expect(list.find(({ source }) => source === "/dev/vdc2")?.target).toBe("/mnt/a b\\c");
});

test("the folder of a bind mount is apart from its source", () => {
  expect(parseFindmnt(fixture("findmnt/target.txt"))).toEqual([
    {
      target: "/mnt/bind",
      source: "/dev/vdc2",
      sourceFolder: "/inner",
      fsType: "ext4",
      options: ["rw", "relatime"],
    },
  ]);
});

test("other output is refused", () => {
  expect(() => parseFindmnt('{"filesystems": [{}]}')).toThrow(/a mount has no target/);
});
