import { expect, test } from "vitest";
import { freeMemoryMb } from "./free-memory.ts";

const meminfo = "MemTotal: 16000000 kB\nMemAvailable:    8388608 kB\n";
const group = "/sys/fs/cgroup/memory";

test.each<[string, Readonly<Record<string, string>>, number]>([
  ["the host alone", { "/proc/meminfo": meminfo }, 8192],
  [
    "a group without a limit",
    { "/proc/meminfo": meminfo, [`${group}.max`]: "max\n", [`${group}.current`]: "1073741824\n" },
    8192,
  ],
  [
    "a group with less than the host; its page cache can be had",
    {
      "/proc/meminfo": meminfo,
      [`${group}.max`]: "2147483648\n",
      [`${group}.current`]: "1610612736\n",
      [`${group}.stat`]: "anon 1\ninactive_file 536870912\n",
    },
    1024,
  ],
  [
    "a group that is above its limit",
    { "/proc/meminfo": meminfo, [`${group}.max`]: "1048576\n", [`${group}.current`]: "2097152\n" },
    0,
  ],
])("free memory: %s", (_, files, expected) => {
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`There is no '${path}'.`);
    return text;
  };
  expect(freeMemoryMb(readText)).toBe(expected);
});

test("this host has some memory free", () => {
  expect(freeMemoryMb()).toBeGreaterThan(0);
});
