import { Socket } from "node:net";
import { EthernetSwitch } from "./ethernet-switch.ts";
import { FIRST_PORT_FD } from "./kept-switch.ts";

/** Runs as a process of its own, with one inherited socket a machine; see {@link keepSwitch}. Ends when all are closed. */
const ports = JSON.parse(process.argv[2] ?? "[]") as readonly (readonly [
  name: string,
  segment: number,
  rest: string,
])[];
const ethernetSwitch = new EthernetSwitch();
for (const [index, [name, segment, rest]] of ports.entries()) {
  const socket = new Socket({ fd: FIRST_PORT_FD + index });
  // A machine that was killed resets its end; the others go on.
  socket.on("error", () => undefined);
  ethernetSwitch.connect(name, socket, { segment, rest: Buffer.from(rest, "base64") });
}
