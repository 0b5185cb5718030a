import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ReleasedPort } from "./ethernet-switch.ts";

/** The first descriptor at which the program finds its ports. */
export const FIRST_PORT_FD = 3;

const PROGRAM = fileURLToPath(new URL("./kept-switch-program.ts", import.meta.url));

/**
 * Lets machines that outlive assay keep their private network: a process of its own takes over the ports, and ends with
 * the last of the machines.
 */
export async function keepSwitch(ports: readonly ReleasedPort[]): Promise<void> {
  const rests = ports.map(({ name, segment, rest }) => [name, segment, rest.toString("base64")]);
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, JSON.stringify(rests)], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", ...ports.map(({ stream }) => stream)],
  });
  await once(child, "spawn");
  child.unref();
  for (const { stream } of ports) stream.destroy();
}
