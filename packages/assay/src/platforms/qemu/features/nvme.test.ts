import { expect, test } from "vitest";
import { parseControllers } from "./nvme.ts";

test("controllers are read in the order of their numbers, with namespaces of either naming", () => {
  const text = "nvme10 tenth hwmon0 nvme10n2 nvme10n1 power\nnvme2 second nvme2c2n1 serial\nnvme3 empty\n";
  expect(parseControllers(text)).toEqual([
    { device: "/dev/nvme2", serial: "second", namespaces: ["/dev/nvme2n1"] },
    { device: "/dev/nvme3", serial: "empty", namespaces: [] },
    { device: "/dev/nvme10", serial: "tenth", namespaces: ["/dev/nvme10n1", "/dev/nvme10n2"] },
  ]);
});
