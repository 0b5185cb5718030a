import { expect, test } from "vitest";
import { agentSetting } from "./agent-config.ts";

const CONFIG = `# Create and use swapfile on resource disk.
ResourceDisk.EnableSwap=n
#OS.RootDeviceScsiTimeout=60
OS.RootDeviceScsiTimeout = 300 # seconds
`;

test("settings are read without comments and blanks", () => {
  expect(agentSetting(CONFIG, "ResourceDisk.EnableSwap")).toBe("n");
  expect(agentSetting(CONFIG, "OS.RootDeviceScsiTimeout")).toBe("300");
  expect(agentSetting(CONFIG, "ResourceDisk.Format")).toBeUndefined();
});
