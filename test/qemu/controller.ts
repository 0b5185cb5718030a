import { once } from "node:events";
import { openGuests } from "./guests.ts";

/**
 * A run in a process of its own with one environment, of as many nodes as the second argument says. Without a first one
 * it waits to be killed; `keep` ends and leaves the machines.
 */
const isKeeping = process.argv[2] === "keep";
const guests = await openGuests({ keepEnvironment: isKeeping ? "always" : "no" });
await guests.deploy(isKeeping ? "keepsake" : "orphan", { nodeCount: Number(process.argv[3] ?? 1) });
process.stdout.write("ready\n");
if (isKeeping) {
  const logins = guests.progress.filter(({ step }) => step === "keep").map(({ detail }) => detail ?? "");
  await guests[Symbol.asyncDispose]();
  process.stdout.write(`${logins.join("\n")}\n`);
} else {
  process.stdin.resume();
  await once(process.stdin, "end");
}
