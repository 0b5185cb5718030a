import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Resize, StartStop } from "../../packages/assay/src/features/index.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { Reboot } from "../../packages/assay/src/tools/reboot.ts";
import { openGuests } from "./guests.ts";

const MOUNT = sh`mount -t virtiofs host /mnt`;
let folder: string;
const inFolder = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-virtiofs-guest-"));
  await writeFile(inFolder("word"), "from the host\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const share = (isReadOnly: boolean) => ({ path: folder, driver: "virtiofs", tag: "host", read_only: isReadOnly });

test("a fork has the folder at once, with owners as they are, and still has it when it was reset", async () => {
  await using guests = await openGuests({ section: { share: share(false) } });
  await using environment = await guests.deploy("served");
  const [node] = environment.nodes;
  const asRoot = (script: Parameters<typeof node.text>[0]) => node.text(script, { sudo: true });
  expect(environment.facts.origin).toBe("fork");
  expect(await asRoot(sh`${MOUNT} && cat /mnt/word`)).toBe("from the host");
  await asRoot(sh`echo "from the guest" > /mnt/answer; chown 1234:2345 /mnt/answer; chmod 640 /mnt/answer`);
  expect(await readFile(inFolder("answer"), "utf8")).toBe("from the guest\n");
  const { gid, mode, uid } = await stat(inFolder("answer"));
  expect([uid, gid, mode & 0o777]).toEqual([1234, 2345, 0o640]);
  // What is written from memory that came later arrives as well.
  const { memoryMb } = await node.feature(Resize).size();
  await node.feature(Resize).resize({ memoryMb: memoryMb + 256 });
  await asRoot(sh`head -c 200M /dev/zero > /mnt/large`);
  expect((await stat(inFolder("large"))).size).toBe(200 * 2 ** 20);
  await asRoot(sh`cmp -n 209715200 /dev/zero /mnt/large && rm /mnt/large`);
  await node.tool(Reboot).reboot();
  expect(await asRoot(sh`${MOUNT} && cat /mnt/answer`)).toBe("from the guest");
  // The plug is pulled while the folder is mounted: the daemon is greeted anew without a farewell.
  await node.feature(StartStop).restart({ mode: "hard" });
  await node.shell.reconnect({ timeoutMs: 600_000 });
  expect(await asRoot(sh`${MOUNT} && cat /mnt/answer && echo again > /mnt/answer`)).toBe("from the guest");
  expect(await readFile(inFolder("answer"), "utf8")).toBe("again\n");
});

test("nobody in the guest can write to a folder that is read only", async () => {
  await using guests = await openGuests({ section: { share: share(true) } });
  await using environment = await guests.deploy("read-only");
  const [node] = environment.nodes;
  expect(await node.text(sh`${MOUNT} && cat /mnt/word`, { sudo: true })).toBe("from the host");
  const attempts = sh`for what in 'echo x > /mnt/word' 'touch /mnt/new' 'rm /mnt/word' 'chmod 777 /mnt/word' 'mkdir /mnt/d' 'mount -o remount,rw /mnt && echo x > /mnt/word'; do
  sh -c "$what" 2>&1 && echo "could: $what"
done; true`;
  const said = await node.text(attempts, { sudo: true });
  expect(said).not.toContain("could");
  expect(said.match(/Read-only file system/g)).toHaveLength(6);
  expect(await readFile(inFolder("word"), "utf8")).toBe("from the host\n");
});
