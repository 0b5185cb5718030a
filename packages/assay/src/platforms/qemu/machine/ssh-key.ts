import { generateKeyPairSync, randomBytes } from "node:crypto";

/** An ed25519 key pair: OpenSSH's private key format, and the line for authorized_keys. */
export interface SshKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

const TYPE = Buffer.from("ssh-ed25519");
/** Block size of the cipher `none`, to which the private part is filled up (PROTOCOL.key of OpenSSH). */
const BLOCK_BYTES = 8;
const LINE_LENGTH = 70;

/**
 * Makes a fresh key; `comment` ends the public line and is all that tells keys apart for a person. Written here and
 * not by ssh2, whose own generator makes one key in 150 that it then refuses as malformed.
 */
export function makeSshKey(comment: string): SshKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  const publicBlob = Buffer.concat([field(TYPE), field(point)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([
    ...[check, check, publicBlob],
    ...[field(Buffer.concat([seed, point])), field(Buffer.from(comment))],
  ]);
  const missing = (BLOCK_BYTES - (secret.length % BLOCK_BYTES)) % BLOCK_BYTES;
  const padding = Buffer.from(Array.from({ length: missing }, (_, index) => index + 1));
  const none = field(Buffer.from("none"));
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    ...[Buffer.from("openssh-key-v1\0"), none, none, field(Buffer.alloc(0)), one],
    ...[field(publicBlob), field(Buffer.concat([secret, padding]))],
  ]).toString("base64");
  const lines = body.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return {
    privateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
    publicKey: `ssh-ed25519 ${publicBlob.toString("base64")} ${comment}`,
  };
}

/** A string of the SSH protocol: its length in four bytes, then its bytes (RFC 4251, 5). */
function field(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
