import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { openGuests } from "./guests.ts";

/** Room for one machine to begin with, and not for what it writes. */
const SIZE = "280m";

test("a host disk that fills up under a machine ends it with the reason, and leaves room for the next", async () => {
  await using guests = await openGuests();
  await guests.prepare();
  // A file system that this one process sees, in the place of the machines' folders.
  const script = `mount -t tmpfs -o size=${SIZE} none "$1" && shift && exec "$@"`;
  const program = [process.execPath, join(import.meta.dirname, "fill-disk.ts")];
  const command = ["--mount", "--map-root-user", "sh", "-c", script, "sh", machinesFolder(), ...program];
  const { stdout } = await promisify(execFile)("unshare", command);
  expect(JSON.parse(stdout)).toEqual({
    death: "HostExhausted: The disk of the host is full; the machine 'full' was stopped.",
    next: expect.stringMatching(/^HostExhausted: .*'next'/),
    outcome: "connection-lost",
    hostname: "again",
    left: [],
  });
});
