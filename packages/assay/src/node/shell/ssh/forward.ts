import type { Client, ClientChannel } from "ssh2";
import { NodeUnreachable } from "../../../errors/catalogue.ts";
import type { Attempt } from "./log-in.ts";
import type { TcpTarget } from "./route.ts";

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, 5.1). */
const PROHIBITED = 1;

/**
 * Opens a connection from the machine of `client` to a port that it reaches (`direct-tcpip`). `throughName` calls that
 * machine in messages. Throws NodeUnreachable or the reason of the abort.
 */
export async function openForward(
  client: Client,
  { address, port }: TcpTarget,
  throughName: string,
  { timeoutMs, signal }: Pick<Attempt, "timeoutMs" | "signal">,
): Promise<ClientChannel> {
  signal?.throwIfAborted();
  const through = `${throughName.charAt(0).toUpperCase()}${throughName.slice(1)}`;
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  const target = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  let isGivenUp = false;
  const giveUp = (why: unknown): void => {
    isGivenUp = true;
    reject(why);
  };
  const lost = (): void =>
    giveUp(new NodeUnreachable(`The connection to ${throughName} was lost on the way to '${target}'.`));
  const timer = setTimeout(() => {
    giveUp(new NodeUnreachable(`${through} did not reach '${target}' within ${timeoutMs / 1000} s.`));
  }, timeoutMs);
  const onAbort = (): void => giveUp(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  client.once("close", lost);
  try {
    client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
      if (error !== undefined) giveUp(refusal(error, target, through));
      else if (isGivenUp) channel.destroy();
      else resolve(channel);
    });
    return await promise;
  } catch (error) {
    if (error instanceof NodeUnreachable || signal?.aborted === true) throw error;
    throw refusal(error, target, through);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    client.removeListener("close", lost);
  }
}

function refusal(cause: unknown, target: string, through: string): NodeUnreachable {
  const isProhibited = cause instanceof Error && "reason" in cause && cause.reason === PROHIBITED;
  if (isProhibited) {
    return new NodeUnreachable(`${through} forwards no connections, and '${target}' is reached through it.`, {
      help: "Set 'AllowTcpForwarding yes' in its sshd_config, and look at 'PermitOpen' there.",
      cause,
    });
  }
  const said = cause instanceof Error ? cause.message.replace("(SSH) Channel open failure: ", "") : String(cause);
  return new NodeUnreachable(`${through} does not reach '${target}': ${said.replace(/\.$/, "")}.`, {
    help: "Check address and port as they are seen from there, and that the machine is up.",
    cause,
  });
}
