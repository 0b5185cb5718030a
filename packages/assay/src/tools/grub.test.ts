import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { grubConfigPaths, parseGrubDefaults, parseGrubMenu } from "./grub.ts";

test("kernels of the menu and its submenu", () => {
  const menu = parseGrubMenu(fixture("grub/grub-cfg.txt"));
  expect(menu.map(({ title }) => title)).toEqual([
    "Debian GNU/Linux",
    "Debian GNU/Linux, with Linux 6.1.0-56-cloud-amd64",
    "Debian GNU/Linux, with Linux 6.1.0-56-cloud-amd64 (recovery mode)",
  ]);
  expect(menu[0]).toMatchObject({ kernel: "/boot/vmlinuz-6.1.0-56-cloud-amd64" });
  expect(menu[0]?.arguments).toMatch(/^root=UUID=\S+ ro console=tty0 .* consoleblank=0$/);
});

test("defaults of a Debian image", () => {
  const values = parseGrubDefaults(fixture("grub/default-grub.txt"));
  expect(values.get("GRUB_CMDLINE_LINUX_DEFAULT")).toBe("");
  expect(values.get("GRUB_TIMEOUT")).toBe("1");
  expect(values.get("GRUB_TERMINAL")).toBe("console serial");
  expect(values.get("GRUB_DISTRIBUTOR")).toBe("`lsb_release -i -s 2> /dev/null || echo Debian`");
});

test("later files add to what earlier ones set", () => {
  const values = parseGrubDefaults(`GRUB_CMDLINE_LINUX="quiet"
# GRUB_TIMEOUT=9
GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX \${GRUB_NONE}a=\\"b\\""
export GRUB_TITLE='costs $5'`);
  expect([...values]).toEqual([
    ["GRUB_CMDLINE_LINUX", 'quiet a="b"'],
    ["GRUB_TITLE", "costs $5"],
  ]);
});

test("families keep their configuration in different places", () => {
  expect(grubConfigPaths({ family: "debian" })).toEqual(["/boot/grub/grub.cfg"]);
  expect(grubConfigPaths({ family: "redhat" })[0]).toBe("/boot/grub2/grubenv");
  expect(grubConfigPaths({ family: "unknown" })).toContain("/boot/grub2/grub.cfg");
});
