import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRemoteNode, type RemoteNode } from "./remote-node.ts";

let remote: RemoteNode;
let root: string;

/** A real package file with one file in it. */
function makeDeb(name: string): void {
  const tree = join(remote.folder, `tree-${name}`);
  mkdirSync(join(tree, "DEBIAN"), { recursive: true });
  mkdirSync(join(tree, "opt"), { recursive: true });
  writeFileSync(join(tree, "opt", name), name);
  const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: test\n`;
  writeFileSync(join(tree, "DEBIAN/control"), control);
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", tree, join(remote.folder, "debs", `${name}.deb`)]);
}

beforeAll(async () => {
  remote = await openRemoteNode();
  root = join(remote.folder, "root");
  mkdirSync(join(remote.folder, "debs"));
  mkdirSync(join(root, "var/lib/dpkg"), { recursive: true });
  for (const file of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", file), "");
  mkdirSync(join(root, "var/lib/dpkg/updates"));
  mkdirSync(join(root, "var/lib/dpkg/info"));
  makeDeb("assay-one");
  makeDeb("assay-two");
  // The package manager's own work is real; only where it installs is another place.
  await remote.program(
    "apt-get",
    `while [ "$1" != -- ]; do shift; done; shift; exec dpkg --root=${root} --force-not-root --log=/dev/null -i "$@"`,
  );
});
afterAll(() => remote[Symbol.asyncDispose]());

const installed = (): string =>
  execFileSync("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, "-W", "-f", "$" + "{Package} "], { encoding: "utf8" });

test("named package files of a folder are installed", async () => {
  await remote.run("deb_package_installer", { directory: join(remote.folder, "debs"), files: ["assay-two.deb"] });
  expect(installed()).toBe("assay-two ");
  expect(readFileSync(join(root, "opt/assay-two"), "utf8")).toBe("assay-two");
});

test("all package files of a folder are installed", async () => {
  await remote.run("deb_package_installer", { directory: join(remote.folder, "debs"), files: ["*"] });
  expect(installed()).toBe("assay-one assay-two ");
});

test("a package file that is not there is told with those that are", async () => {
  const installing = remote.run("deb_package_installer", { directory: join(remote.folder, "debs"), files: ["x.deb"] });
  await expect(installing).rejects.toMatchObject({
    message: expect.stringContaining("does not hold 'x.deb'"),
    help: "It holds assay-one.deb, assay-two.deb.",
  });
});

test("rpm files are refused on a distribution that has none", async () => {
  const installing = remote.run("rpm_package_installer", { directory: "/tmp" });
  await expect(installing).rejects.toThrow(/is of no family of redhat, suse, azurelinux/);
});

test.each([
  ["full_upgrade", {}, ["update", "full-upgrade"]],
  ["unattended_upgrade", {}, ["update", "install unattended-upgrades", "unattended -v"]],
])("an upgrade of the type %s asks the package manager", async (type, more, wanted) => {
  const calls = join(remote.folder, `calls-${type}`);
  const options = "-q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold ";
  await remote.program("apt-get", `echo "$@" >> ${calls}`);
  await remote.program("unattended-upgrade", `echo unattended "$@" >> ${calls}`);
  await remote.run("upgrade", { installer: { type, ...more } });
  expect(readFileSync(calls, "utf8").replaceAll(options, "").trim().split("\n")).toEqual(wanted);
});

test("cloud components are switched off where they are", async () => {
  const calls = join(remote.folder, "systemctl-calls");
  await remote.program("systemctl", `echo "$@" >> ${calls}; [ "$1 $2" != "cat waagent.service" ]`);
  await remote.run("disable_cloud_components", {});
  expect(readFileSync(calls, "utf8").trim().split("\n")).toEqual([
    "cat walinuxagent.service",
    "disable --now walinuxagent.service",
    "cat waagent.service",
  ]);
});
