import { expect, test } from "vitest";
import { MissingDependency } from "../../errors/catalogue.ts";
import { loadRecipe } from "../recipe.ts";
import { transportOf } from "./host-apt.ts";
import { chooseMirrors, debianKeyring } from "./mirrors.ts";
import { parseSimulation } from "./resolve-packages.ts";
import { parseDeb822Sources, parseOneLineSources } from "./source.ts";

test("a Debian machine's own mirrors serve another release too", async () => {
  const sources = parseOneLineSources(`
    deb [signed-by=/etc/apt/keyrings/corp.gpg] https://mirror.example.org/debian bookworm main contrib
    deb [signed-by=/etc/apt/keyrings/corp.gpg] https://mirror.example.org/security bookworm-security main
    deb https://packages.cloud.google.com/apt cloud-sdk-bookworm main`);
  const signedBy = "/etc/apt/keyrings/corp.gpg";
  expect(chooseMirrors(await loadRecipe("debian-13"), sources, undefined)).toEqual([
    {
      uris: ["https://mirror.example.org/debian"],
      suites: ["trixie", "trixie-updates"],
      components: ["main"],
      signedBy,
      isTrusted: false,
    },
    {
      uris: ["https://mirror.example.org/security"],
      suites: ["trixie-security"],
      components: ["main"],
      signedBy,
      isTrusted: false,
    },
  ]);
});

test("a machine of another distribution uses the mirror it is told and Debian's keys", async () => {
  const ubuntu = parseDeb822Sources(
    "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble noble-security\nComponents: main universe\n",
  );
  const chosen = chooseMirrors(await loadRecipe("debian-12"), ubuntu, undefined, {
    ASSAY_DEBIAN_MIRROR: "http://mirror.example.org/debian/",
  });
  expect(chosen.flatMap(({ uris }) => uris)).toEqual([
    "http://mirror.example.org/debian",
    "http://mirror.example.org/debian-security",
  ]);
  expect(chosen.map(({ signedBy }) => signedBy)).toEqual([debianKeyring, debianKeyring]);
});

test("media and folders of the machine are no mirror, and without one the user is told what to do", async () => {
  const sources = parseOneLineSources("deb cdrom:[Debian]/ bookworm main\ndeb file:/srv/debian bookworm main");
  const recipe = await loadRecipe("debian-12");
  expect(() => chooseMirrors(recipe, sources, undefined, {})).toThrow(MissingDependency);
});

test("proxies, certificates and dates are taken over; hooks are not", () => {
  const dump = `APT "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example.org:3128";
Acquire::https::CaInfo "/etc/ssl/corp.pem";
Acquire::Check-Valid-Until "false";
Acquire::GzipIndexes "true";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
APT::Update::Post-Invoke-Success:: "touch /var/lib/apt/done";
`;
  expect(transportOf(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.example.org:3128";',
    'Acquire::https::CaInfo "/etc/ssl/corp.pem";',
    'Acquire::Check-Valid-Until "false";',
  ]);
});

test("versions of a simulated installation", () => {
  // Captured: apt-get --simulate install, apt 2.6.1.
  const output = `NOTE: This is only a simulation!
Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.13/oldstable [amd64])
Inst libc6 (2.36-9+deb12u13 Debian:12.13/oldstable [amd64]) []
Inst base-files [12.4] (12.4+deb12u13 Debian:12.13/oldstable [amd64])
Conf libc6 (2.36-9+deb12u13 Debian:12.13/oldstable [amd64])
`;
  expect(parseSimulation(output)).toEqual({
    "base-files": "12.4+deb12u13",
    "gcc-12-base": "12.2.0-14+deb12u1",
    libc6: "2.36-9+deb12u13",
  });
});

test("without a word about it the usual archives are taken, with Debian's keys", async () => {
  const defaults = { main: "http://mirror.example.org/debian", security: "http://security.example.org/debian" };
  const [main, security] = chooseMirrors(await loadRecipe("debian-12"), [], defaults, {});
  expect(main).toMatchObject({ uris: [defaults.main], signedBy: debianKeyring });
  expect(security).toMatchObject({ uris: [defaults.security], suites: ["bookworm-security"] });
});
