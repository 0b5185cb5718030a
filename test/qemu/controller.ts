import { openGuests } from "./guests.ts";

/** A run that is going to be killed: forks one machine, says so, and waits for its end. */
const guests = await openGuests();
await guests.deploy("orphan");
process.stdout.write("ready\n");
setInterval(() => undefined, 60_000);
