import type { HostKeyPin } from "./host-key-pin.ts";
import type { Route } from "./route.ts";

/** How to log in to a node and how long to try. */
export interface SshSettings {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly password?: string | undefined;
  /** Text of an unencrypted private key, in PEM or OpenSSH form. */
  readonly privateKey?: string | undefined;
  /** Shared by all connections to one machine; a new one pins whatever key it meets first. */
  readonly hostKey?: HostKeyPin | undefined;
  /** Limit of one attempt, from the first packet to the login. Default 60 000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long to go on trying while the node does not answer yet, as after a boot. Default 0: one attempt. A refused
   * login is tried again for up to 60 s of it, since cloud-init brings the key after sshd is up.
   */
  readonly waitUntilReadyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Name of the node in messages. Default `ssh user@address:port`. */
  readonly label?: string | undefined;
  /** How the address is reached. Default: from here. */
  readonly via?: Route | undefined;
  /** False runs every command in an SSH channel of its own. Default true. */
  readonly useChannel?: boolean | undefined;
}

/** `user@address:port`, for messages. */
export function describeTarget({ username, address, port }: SshSettings): string {
  return `${username}@${address.includes(":") ? `[${address}]` : address}:${port}`;
}
