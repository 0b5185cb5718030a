import { expect, test } from "vitest";
import { UnexpectedOutput } from "../errors/catalogue.ts";
import { parseFacts } from "./parse-facts.ts";

/** From a Debian 12 cloud image under UEFI. */
const debian12 = `== os-release
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"

== uname
x86_64
6.1.0-56-cloud-amd64
#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
debian
== boot-id
ebb86707-b497-452e-a139-44d9fca61735
== cpus
2
== memory
MemTotal:         989244 kB
== uefi
yes
== cmdline
BOOT_IMAGE=/boot/vmlinuz-6.1.0-56-cloud-amd64 root=UUID=329e43ec-8b4d-41e7-a1f1-866014b2ec77 ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0
== systemd
yes
`;

test("reads the facts of Debian 12", () => {
  expect(parseFacts(debian12)).toEqual({
    id: "debian",
    idLike: [],
    versionId: "12",
    prettyName: "Debian GNU/Linux 12 (bookworm)",
    family: "debian",
    architecture: "x86_64",
    kernelRelease: "6.1.0-56-cloud-amd64",
    kernelVersion: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
    hostname: "debian",
    bootId: "ebb86707-b497-452e-a139-44d9fca61735",
    cpuCount: 2,
    memoryKb: 989_244,
    isUefi: true,
    cmdline:
      "BOOT_IMAGE=/boot/vmlinuz-6.1.0-56-cloud-amd64 root=UUID=329e43ec-8b4d-41e7-a1f1-866014b2ec77 ro console=tty0 " +
      "console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0",
    hasSystemd: true,
  });
});

test.each([
  ['ID=rocky\nID_LIKE="rhel centos fedora"', "redhat"],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', "debian"],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', "suse"],
  ["ID=azurelinux", "azurelinux"],
  ["ID=void", "unknown"],
])("takes the family from ID, then from ID_LIKE: %j", (osRelease, family) => {
  expect(
    parseFacts(debian12.replace(/== os-release[\s\S]*?== uname/, `== os-release\n${osRelease}\n== uname`)).family,
  ).toBe(family);
});

test("a guest without os-release is unknown, but not an error", () => {
  const facts = parseFacts(debian12.replace(/== os-release[\s\S]*?== uname/, "== uname"));
  expect(facts).toMatchObject({ id: "unknown", idLike: [], family: "unknown", prettyName: "unknown", versionId: "" });
});

test("says which fact is missing and quotes what came", () => {
  expect(() => parseFacts("== uname\nx86_64\n")).toThrow(UnexpectedOutput);
  expect(() => parseFacts(debian12.replace(/== boot-id\n.*\n/, ""))).toThrow(/no 'boot-id'/);
});
