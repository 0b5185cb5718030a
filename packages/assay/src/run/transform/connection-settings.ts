import { UsageError } from "../../errors/catalogue.ts";
import type { PlatformSettings, RemoteNodeSettings } from "../../runbook/types.ts";
import type { Inputs } from "../../transformers/transformer.ts";

/** LISA's default account. */
const DEFAULT_USERNAME = "lisatest";
const SSH_PORT = 22;

/**
 * The machine of a `connection`: its public address unless that is switched off, and the platform's account where it
 * gives none. Throws UsageError without an address or a way to log in.
 */
export function connectionSettings(
  connection: Inputs,
  platform: Pick<PlatformSettings, "adminUsername" | "adminPassword" | "adminPrivateKeyFile">,
): RemoteNodeSettings {
  const near = { address: text(connection.address), port: number(connection.port) };
  const far = { address: text(connection.public_address), port: number(connection.public_port) };
  const [wanted, other] = connection.use_public_address === false ? [near, far] : [far, near];
  const { address, port } = wanted.address === undefined ? other : wanted;
  if (address === undefined) {
    throw new UsageError("The 'connection' of a transformer has no address.", {
      help: "Give it 'address' or 'public_address'; a variable in it may be empty.",
    });
  }
  const password = text(connection.password) ?? platform.adminPassword;
  const privateKeyFile = text(connection.private_key_file) ?? platform.adminPrivateKeyFile;
  if (password === undefined && privateKeyFile === undefined) {
    throw new UsageError(`The 'connection' to '${address}' has neither a password nor a private key.`, {
      help: "Give it 'password' or 'private_key_file'.",
    });
  }
  const username =
    connection.username === "" ? (platform.adminUsername ?? DEFAULT_USERNAME) : text(connection.username);
  return {
    name: text(connection.name) ?? address,
    address,
    port: port ?? SSH_PORT,
    username: username ?? DEFAULT_USERNAME,
    password,
    privateKeyFile,
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
