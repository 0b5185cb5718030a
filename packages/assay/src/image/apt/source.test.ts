import { expect, test } from "vitest";
import { parseDeb822Sources, parseOneLineSources, renderSources } from "./source.ts";

// Captured: /etc/apt/sources.list.d/debian.sources of a Debian 12 container.
const debianSources = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://deb.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
# http://snapshot.debian.org/archive/debian-security/20250520T000000Z
URIs: http://deb.example.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

// Captured: /etc/apt/sources.list of a Debian 11 installation.
const oneLine = `#deb cdrom:[Debian GNU/Linux 11.6.0 _Bullseye_ - Official amd64 NETINST 20221217-10:42]/ bullseye main

deb http://deb.example.org/debian/ bullseye main contrib # ours
deb-src http://deb.example.org/debian/ bullseye main
deb [arch=amd64 signed-by=/etc/apt/keyrings/corp.gpg] https://mirror.example.org/debian bullseye-updates main
deb	[ trusted=yes ]  http://security.example.org/debian-security	bullseye-security main
`;

test("deb822 stanzas, comments between fields left out", () => {
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const common = { components: ["main"], signedBy: keyring, isTrusted: false };
  expect(parseDeb822Sources(debianSources)).toEqual([
    { ...common, uris: ["http://deb.example.org/debian"], suites: ["bookworm", "bookworm-updates"] },
    { ...common, uris: ["http://deb.example.org/debian-security"], suites: ["bookworm-security"] },
  ]);
});

test("deb822 stanzas that are disabled or hold only sources are left out", () => {
  expect(parseDeb822Sources(debianSources.replace("Types: deb", "Enabled: no\nTypes: deb"))).toHaveLength(1);
  expect(parseDeb822Sources(debianSources.replace("Types: deb", "Types: deb-src"))).toHaveLength(1);
  expect(parseDeb822Sources("")).toEqual([]);
});

test("one-line sources with and without options", () => {
  expect(parseOneLineSources(oneLine)).toEqual([
    {
      uris: ["http://deb.example.org/debian/"],
      suites: ["bullseye"],
      components: ["main", "contrib"],
      signedBy: undefined,
      isTrusted: false,
    },
    {
      uris: ["https://mirror.example.org/debian"],
      suites: ["bullseye-updates"],
      components: ["main"],
      signedBy: "/etc/apt/keyrings/corp.gpg",
      isTrusted: false,
    },
    {
      uris: ["http://security.example.org/debian-security"],
      suites: ["bullseye-security"],
      components: ["main"],
      signedBy: undefined,
      isTrusted: true,
    },
  ]);
});

test("what is rendered reads back the same, an armoured key included", () => {
  const key =
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\n.\nmQINBGPL0BUBEADmW5NdOOHwPIJlgPV6\n-----END PGP PUBLIC KEY BLOCK-----";
  const sources = [...parseOneLineSources(oneLine), ...parseDeb822Sources(debianSources)];
  const withKey = sources.map((source, index) => (index === 0 ? { ...source, signedBy: key } : source));
  expect(parseDeb822Sources(renderSources(withKey))).toEqual(withKey);
});
