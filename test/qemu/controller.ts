import { once } from "node:events";
import { openGuests } from "./guests.ts";

/** A run in a process of its own with one machine. Without arguments it waits to be killed; `keep` ends and leaves the machine. */
const isKeeping = process.argv[2] === "keep";
const guests = await openGuests({ keepEnvironment: isKeeping ? "always" : "no" });
await guests.deploy(isKeeping ? "keepsake" : "orphan");
process.stdout.write("ready\n");
if (isKeeping) {
  const login = guests.progress.find(({ step }) => step === "keep")?.detail ?? "";
  await guests[Symbol.asyncDispose]();
  process.stdout.write(`${login}\n`);
} else {
  process.stdin.resume();
  await once(process.stdin, "end");
}
