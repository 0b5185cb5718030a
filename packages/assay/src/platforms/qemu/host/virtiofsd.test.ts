import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { daemonOf, lookForVirtiofs, needVirtiofsd, understood } from "./virtiofsd.ts";

const ofC = "usage: /usr/lib/qemu/virtiofsd [options]\n    -o source=PATH   shared directory tree\n    --fd=FDNUM   fd";
const ofRust = "Usage: virtiofsd [OPTIONS]\n      --shared-dir <SHARED_DIR>\n      --fd <FD>\n";

test.each([
  [ofC, { path: "/d", kind: "c", hasReadOnly: false }],
  [ofRust, { path: "/d", kind: "rust", hasReadOnly: false }],
  [`${ofRust}      --readonly\n`, { path: "/d", kind: "rust", hasReadOnly: true }],
  ["usage: another program\n", undefined],
  // One that takes no socket that it inherits.
  ["  -o source=PATH\n  --socket-path=PATH\n", undefined],
])("the daemon is told by its help", (help, daemon) => {
  expect(understood("/d", help)).toEqual(daemon);
});

test.each([
  ['{ "type": "fs", "binary": "/usr/libexec/virtiofsd" }', "/usr/libexec/virtiofsd"],
  ['{ "type": "gpu", "binary": "/usr/libexec/vhost-user-gpu" }', undefined],
  ['{ "type": "fs", "binary": "virtiofsd" }', undefined],
  ['{ "type": "fs" }', undefined],
  ["null", undefined],
  ["", undefined],
])("the descriptor %s names %s", (text, binary) => {
  expect(daemonOf(text)).toBe(binary);
});

test("of two descriptors the first by name counts, and one of the user's hides that of the system", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-virtiofsd-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [own, system] = [join(folder, "own"), join(folder, "system")];
  const program = async (name: string, help: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\ncat <<'END'\n${help}\nEND\n`);
    await chmod(path, 0o755);
    return path;
  };
  const describe = async (place: string, name: string, binary: string) => {
    await mkdir(place, { recursive: true });
    await writeFile(join(place, name), JSON.stringify({ type: "fs", binary }));
  };
  const [c, rust] = [await program("c", ofC), await program("rust", ofRust)];
  await describe(system, "50-a.json", c);
  await describe(system, "60-b.json", rust);
  const found = async () => (await lookForVirtiofs([own, system])).daemon?.path;
  expect(await found()).toBe(c);
  await describe(own, "40-mine.json", join(folder, "missing"));
  expect(await found()).toBe(c);
  await describe(own, "50-a.json", await program("neither", "usage: neither"));
  expect(await found()).toBe(rust);
});

test("a missing daemon is told with the package that has it", () => {
  const need = (major: number) => () =>
    needVirtiofsd({ qemu: { path: "/q", version: "", major }, virtiofsd: undefined });
  expect(need(7)).toThrow("'virtiofsd', which is not on this machine");
  const helpOf = (major: number) => {
    try {
      return need(major)();
    } catch (error) {
      return (error as { readonly help?: string }).help;
    }
  };
  expect(helpOf(7)).toContain("apt-get install qemu-system-common");
  expect(helpOf(10)).toContain("apt-get install virtiofsd");
});
