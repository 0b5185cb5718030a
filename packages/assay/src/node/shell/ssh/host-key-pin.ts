import { createHash } from "node:crypto";

/**
 * The host key of one node, learnt at first contact and required from then on. One pin is shared by all connections
 * to the same machine.
 */
export class HostKeyPin {
  #fingerprint: string | undefined;

  /** `fingerprint` as OpenSSH prints it (`SHA256:…`), when it is known beforehand. */
  constructor(fingerprint?: string) {
    this.#fingerprint = fingerprint;
  }

  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }

  /** Pins the first key it is shown; says of every later one whether it is the same. */
  accepts(hostKey: Uint8Array): boolean {
    const fingerprint = fingerprintOf(hostKey);
    this.#fingerprint ??= fingerprint;
    return this.#fingerprint === fingerprint;
  }
}

/** The fingerprint of a host key in OpenSSH's form. */
export function fingerprintOf(hostKey: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(hostKey).digest("base64").replace(/=+$/, "")}`;
}
