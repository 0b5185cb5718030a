import { connect, Socket } from "node:net";
import type { AnyAuthMethod, Client, ConnectConfig, utils } from "ssh2";
import { LoginRefused, NodeUnreachable } from "../../../errors/catalogue.ts";
import { algorithms, innerAlgorithms } from "./algorithms.ts";
import { fingerprintOf, HostKeyPin } from "./host-key-pin.ts";
import { describeTarget, type SshSettings } from "./settings.ts";

export interface Attempt {
  /** Limit for the first byte of the server; a port forward accepts connections for a machine that is not up. */
  readonly bannerTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const keepaliveIntervalMs = 15_000;
const keepalivesMissed = 4;

/**
 * Logs in once. Throws NodeUnreachable (refused, silent, broken off, another host key), LoginRefused (user, key or
 * password) or the reason of the abort.
 */
export async function logIn(settings: SshSettings, attempt: Attempt): Promise<Client> {
  attempt.signal?.throwIfAborted();
  const { default: ssh2 } = await import("ssh2");
  const target = describeTarget(settings);
  requireReadableKey(ssh2.utils.parseKey, settings.privateKey, target);
  const pin = settings.hostKey ?? new HostKeyPin();
  const client = new ssh2.Client();
  // Without noDelay every command waits for Nagle's timer: 44 ms instead of 1.3 ms.
  const socket =
    settings.via === undefined
      ? connect({ host: settings.address, port: settings.port, noDelay: true })
      : await settings.via.open(settings, attempt);
  // ssh2 leaves a socket alone that it has begun to close, and a node that is gone never closes its own end.
  client.destroy = () => {
    socket.destroy();
    return client;
  };
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  let otherHostKey: string | undefined;
  let isHeard = false;

  const give = (error: unknown) => reject(explain(error, settings, target));
  const bannerTimer = setTimeout(() => {
    const isConnecting = socket instanceof Socket && socket.connecting;
    if (!isHeard) give(silence(isConnecting, target, attempt.bannerTimeoutMs));
  }, attempt.bannerTimeoutMs);
  const timer = setTimeout(() => give(slowLogin(target, attempt.timeoutMs)), attempt.timeoutMs);
  const onAbort = () => reject(attempt.signal?.reason);
  attempt.signal?.addEventListener("abort", onAbort, { once: true });
  socket.once("error", give);
  client.once("ready", () => resolve(client));
  client.on("error", (error) => {
    if (otherHostKey === undefined) give(error);
    else reject(changedHostKey(target, pin, otherHostKey));
  });
  client.once("close", () => give(new NodeUnreachable(`'${target}' closed the connection before the login was done.`)));
  try {
    client.connect({
      ...configOf(settings),
      sock: socket,
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        if (pin.accepts(key)) return true;
        otherHostKey = fingerprintOf(key);
        return false;
      },
    });
    // Only now: the first listener starts the flow, and nothing of it may be missed.
    socket.once("data", () => {
      isHeard = true;
    });
    return await promise;
  } catch (error) {
    client.destroy();
    socket.destroy();
    throw explain(error, settings, target);
  } finally {
    clearTimeout(bannerTimer);
    clearTimeout(timer);
    attempt.signal?.removeEventListener("abort", onAbort);
    client.removeAllListeners("close");
  }
}

function configOf({ via, address, port, username, password, privateKey }: SshSettings): ConnectConfig {
  const methods: AnyAuthMethod[] = [];
  // Only what we have, and not `none` first: each refused method is a round trip and counts against MaxAuthTries.
  if (privateKey !== undefined) methods.push({ type: "publickey", username, key: privateKey });
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    methods.push({
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    });
  }
  return {
    host: address,
    port,
    username,
    authHandler: methods,
    algorithms: via === undefined ? algorithms : innerAlgorithms,
    keepaliveInterval: keepaliveIntervalMs,
    keepaliveCountMax: keepalivesMissed,
  };
}

function explain(error: unknown, settings: SshSettings, target: string): unknown {
  if (error instanceof NodeUnreachable || error instanceof LoginRefused || !(error instanceof Error)) return error;
  if (settings.signal?.aborted === true && error === settings.signal.reason) return error;
  const level = "level" in error ? error.level : undefined;
  const code = "code" in error ? error.code : undefined;
  if (level === "client-authentication") return refusedLogin(settings, target);
  if (code === "ECONNREFUSED") {
    return new NodeUnreachable(`'${target}' refused the connection: nothing listens at that port.`, {
      help: "Check address and port, and that the SSH server of the node runs.",
      cause: error,
    });
  }
  return new NodeUnreachable(`No SSH connection to '${target}': ${error.message}.`, {
    help: "Check address and port, the network between here and the node, and that its SSH server runs.",
    cause: error,
  });
}

function requireReadableKey(parse: typeof utils.parseKey, privateKey: string | undefined, target: string): void {
  const parsed = privateKey === undefined ? undefined : parse(privateKey);
  if (!(parsed instanceof Error)) return;
  throw new LoginRefused(`The private key for '${target}' cannot be read: ${parsed.message}.`, {
    help: "Give an unencrypted private key in PEM or OpenSSH form.",
    cause: parsed,
  });
}

function refusedLogin({ username, password, privateKey }: SshSettings, target: string): LoginRefused {
  const offered = [privateKey === undefined ? "" : "private key", password === undefined ? "" : "password"];
  const means = offered.filter((word) => word !== "").join(" and ") || "a login without key or password";
  return new LoginRefused(`'${target}' refuses user '${username}' with the given ${means}.`, {
    help:
      privateKey === undefined
        ? `Check the password of '${username}', and that the server allows logins by password.`
        : `Check that the public key stands in ~/.ssh/authorized_keys of '${username}' on the node.`,
  });
}

function changedHostKey(target: string, pin: HostKeyPin, met: string): NodeUnreachable {
  return new NodeUnreachable(
    `The host key of '${target}' has changed: it was ${pin.fingerprint} at first contact and is ${met} now.`,
    {
      help: "Another machine answers at this address, or its keys were made anew. Start a new connection to trust it.",
    },
  );
}

function silence(isConnecting: boolean, target: string, limitMs: number): NodeUnreachable {
  const what = isConnecting ? "does not answer" : "accepts connections, but its SSH server says nothing";
  return new NodeUnreachable(`'${target}' ${what} (waited ${limitMs / 1000} s).`, {
    help: "Check address and port, and that the node is up.",
  });
}

function slowLogin(target: string, limitMs: number): NodeUnreachable {
  return new NodeUnreachable(`The login to '${target}' was not done within ${limitMs / 1000} s.`, {
    help: "Look at the load of the node, or give it more time.",
  });
}
