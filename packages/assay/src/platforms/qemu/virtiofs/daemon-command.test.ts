import { expect, test } from "vitest";
import { daemonCommand } from "./daemon-command.ts";

const old = { path: "/usr/lib/qemu/virtiofsd", kind: "c", hasReadOnly: false } as const;
const rust = { path: "/usr/libexec/virtiofsd", kind: "rust", hasReadOnly: false } as const;
const share = { path: "/srv/da,ta\\s", tag: "data", isReadOnly: false };
const locked = { ...share, isReadOnly: true };

test("both daemons inherit their socket and shut themselves in", () => {
  const c = daemonCommand(old, share);
  expect(c.slice(-8, -2)).toEqual([old.path, "--fd=3", "-o", "source=/srv/da\\,ta\\\\s", "-o", "sandbox=namespace"]);
  expect(daemonCommand(rust, share).slice(-6)).toEqual([
    rust.path,
    "--fd=3",
    "--shared-dir",
    share.path,
    "--sandbox",
    "namespace",
  ]);
});

test("a daemon that knows how lets nobody write; for another the folder is mounted so", () => {
  const able = { ...rust, hasReadOnly: true };
  expect(daemonCommand(able, locked).at(-1)).toBe("--readonly");
  expect(daemonCommand(able, share)).not.toContain("--readonly");
  expect(daemonCommand(able, locked)).not.toContain("unshare");
  for (const daemon of [old, rust]) {
    const [program, ...rest] = daemonCommand(daemon, locked);
    expect([program, rest[0]]).toEqual(["unshare", "--mount"]);
    expect(rest.join(" ")).toContain("remount,bind,ro");
    expect(rest).not.toContain("--readonly");
  }
});
