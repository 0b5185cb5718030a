import { readdir } from "node:fs/promises";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { openGuests } from "./guests.ts";

/** Fills the disk that holds the folders of machines from inside a guest, and prints what became of it. */
const shown = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

await using guests = await openGuests();
const full = await guests.deploy("full");
const filling = full.nodes[0].run(sh`dd if=/dev/urandom of=/var/tmp/filler bs=1M count=600 oflag=direct`, {
  sudo: true,
  timeoutMs: 600_000,
});
const death = await Promise.race([full.died.catch(shown), filling.then(() => "the guest wrote all of it")]);
const next = await guests.deploy("next").then(() => "there was room", shown);
await full[Symbol.asyncDispose]();
const { outcome } = await filling;
const again = await guests.deploy("again");
const hostname = await again.nodes[0].text(["hostname"]);
await again[Symbol.asyncDispose]();
const left = await readdir(machinesFolder());
process.stdout.write(`${JSON.stringify({ death, next, outcome: outcome.kind, hostname, left })}\n`);
