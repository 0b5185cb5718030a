import { expect } from "vitest";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import * as tools from "../../packages/assay/src/tools/index.ts";
import { onGuest } from "./on-guest.ts";

// The tools that need systemd, an own kernel or root by sudo, on a guest of their own. The login user is not root.

onGuest("services and their journal", async ({ node }) => {
  const systemctl = node.tool(tools.Systemctl);
  expect(await systemctl.failedUnits()).toEqual([]);
  await systemctl.restart("ssh");
  expect(await systemctl.state("ssh")).toMatchObject({ name: "ssh.service", isActive: true, result: "success" });
  expect(await systemctl.exists("nosuch.service")).toBe(false);
  await expect(systemctl.restart("nosuch")).rejects.toThrow(/Unit nosuch\.service not found/);

  await node.text(sh`printf '[Service]\nExecStart=/bin/false\n' > /run/systemd/system/broken.service`, { sudo: true });
  await systemctl.daemonReload();
  // A simple service counts as started before its program has ended, so that end is waited for.
  await node.run(["systemctl", "start", "--wait", "broken"], { sudo: true });
  expect((await systemctl.failedUnits()).map(({ name }) => name)).toEqual(["broken.service"]);
  expect(await systemctl.systemState()).toBe("degraded");
  const journal = await node.tool(tools.Journalctl).entries({ unit: "broken" });
  expect(journal.map(({ message }) => message).join("\n")).toContain("code=exited, status=1/FAILURE");
  expect(await node.tool(tools.Journalctl).entries({ unit: "nosuch" })).toEqual([]);
});

onGuest("disks, mounts and the boot loader", async ({ node }) => {
  const disk = await node.tool(tools.Lsblk).osDisk();
  expect(disk?.type).toBe("disk");
  const findmnt = node.tool(tools.Findmnt);
  expect(tools.deviceAt(disk === undefined ? [] : [disk], "/")?.path).toBe((await findmnt.at("/"))?.source);
  const mount = node.tool(tools.Mount);
  await mount.mount("tmpfs", "/mnt/a b", { fsType: "tmpfs", options: ["size=1m"] });
  await mount.remount("/mnt/a b", ["ro"]);
  expect((await findmnt.at("/mnt/a b"))?.options).toContain("ro");
  expect(await node.tool(tools.Df).holding("/mnt/a b")).toMatchObject({ sizeBytes: 1 << 20, mountPoint: "/mnt/a b" });
  await mount.unmount("/mnt/a b");
  expect(await findmnt.at("/mnt/a b")).toBeUndefined();
  await expect(mount.unmount("/mnt/a b")).rejects.toThrow(/not mounted/);

  const grub = await node.tool(tools.Grub).config();
  const { kernelRelease } = await node.facts();
  expect(tools.parseGrubMenu(grub.text).map(({ kernel }) => kernel)).toContain(`/boot/vmlinuz-${kernelRelease}`);
  expect(await node.tool(tools.Sshd).setting("Port")).toBe("22");
  const shadow = await node.tool(tools.Users).shadow();
  expect(shadow.map(tools.passwordState).every((state) => state === "none")).toBe(true);
});

onGuest("kernel, modules and clock", async ({ node }) => {
  expect(await node.tool(tools.Dmesg).kernelErrors()).toEqual([]);
  expect(await node.tool(tools.KernelConfig).isEnabled("CONFIG_MODULES")).toBe(true);
  await expectModule(node);
  expect((await node.tool(tools.Ip).defaultRoute())?.device).toMatch(/^e/);
  const { current, available } = await node.tool(tools.Clocksource).state();
  expect(available).toContain(current);
  const clock = node.tool(tools.Clock);
  await clock.set(new Date(Date.now() - 3_600_000));
  expect((await clock.offsetMs()).offsetMs).toBeLessThan(-3_500_000);
  expect(await node.tool(tools.Chronyc).sources()).toBeInstanceOf(Array);
});

async function expectModule(node: Node): Promise<void> {
  const modprobe = node.tool(tools.Modprobe);
  expect(await modprobe.state("dummy")).toBe("loadable");
  await modprobe.load("dummy", ["numdummies=2"]);
  expect(await modprobe.state("dummy")).toBe("present");
  expect(await node.tool(tools.Lsmod).find("dummy")).toMatchObject({ name: "dummy", state: "Live" });
  await modprobe.remove("dummy");
  expect(await node.tool(tools.Lsmod).isLoaded("dummy")).toBe(false);
  expect(await modprobe.exists("nosuchmodule")).toBe(false);
}
