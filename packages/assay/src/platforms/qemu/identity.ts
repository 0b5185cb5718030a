import { randomBytes } from "node:crypto";
import { type RootAccess, setGuestClock } from "./guest/guest-clock.ts";
import { type Identity, identityScript } from "./identity-script.ts";

export function makeMachineId(): string {
  return randomBytes(16).toString("hex");
}

/** Gives a fork its time, entropy, host name, machine id and SSH key. Throws PlatformError. */
export async function assumeIdentity(root: RootAccess, identity: Identity, signal: AbortSignal): Promise<void> {
  await setGuestClock(root, signal, identityScript(identity));
}
