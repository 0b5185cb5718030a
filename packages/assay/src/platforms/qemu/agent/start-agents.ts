import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { sh } from "../../../node/shell/command.ts";
import type { Shell, ShellText } from "../../../node/shell/types.ts";
import { HELPER_PROGRAM, HelperFd } from "../identity-script.ts";
import { AGENT_ADDRESS, AgentPort } from "../machine/machine-spec.ts";
import { AgentChannel } from "./agent-channel.ts";
import { runOnAgent } from "./run-on-agent.ts";

/** What a fork has to know of an agent that its template has started. */
export interface AgentFacts {
  /** Session of the agent's processes in the guest (setsid(2)). */
  readonly sessionId: number;
  readonly goneMarker: string;
  /** Whether the identity's helper waits beside it; only root's may have one. */
  readonly hasHelper: boolean;
}

/** The two shells that wait in a template: the login user's for cases, root's for the identity of a fork. */
export interface Agents<T> {
  readonly user: T;
  readonly root: T;
}

/** The guest's ends have connected or not after this; an emulated guest needs about a second. */
const READY_LIMIT_MS = 30_000;

/**
 * Starts both agents through `shell` and leaves them waiting. Undefined when this guest cannot have them, for lack of
 * bash, setsid or a way to QEMU's address; forks then begin with a login over SSH.
 */
export async function startAgents(
  shell: Shell,
  streams: Agents<readonly [Duplex, Duplex]>,
  signal: AbortSignal,
): Promise<Agents<AgentFacts & { readonly channel: AgentChannel }> | undefined> {
  const user = await startAgent(shell, streams.user, { ports: AgentPort.user, sudo: false, signal });
  const root =
    user === undefined
      ? undefined
      : await startAgent(shell, streams.root, { ports: AgentPort.root, sudo: true, signal });
  return user === undefined || root === undefined ? undefined : { user, root };
}

async function startAgent(
  shell: Shell,
  streams: readonly [Duplex, Duplex],
  {
    ports,
    sudo,
    signal,
  }: { readonly ports: readonly [number, number]; readonly sudo: boolean; readonly signal: AbortSignal },
): Promise<(AgentFacts & { readonly channel: AgentChannel }) | undefined> {
  const goneMarker = `assay-${randomBytes(12).toString("hex")}`;
  const started = await shell.run(launch(ports, goneMarker, sudo ? START_HELPER : NO_HELPER), {
    sudo,
    signal,
    timeoutMs: READY_LIMIT_MS,
  });
  signal.throwIfAborted();
  if (started.exitCode !== 0) return undefined;
  const channel = new AgentChannel(streams, goneMarker);
  if (!(await channel.prepare(READY_LIMIT_MS))) return undefined;
  // The parent of the shell leads the session.
  const asking = sh`[ -e /proc/self/fd/${HelperFd.to} ] && helper=yes; echo $PPID $helper`;
  const how = { isRoot: true, endSession: async () => undefined };
  const told = await runOnAgent(channel, asking, { timeoutMs: READY_LIMIT_MS }, how);
  const [session = "", helper] = told?.stdout.trim().split(" ") ?? [];
  const sessionId = Number.parseInt(session, 10);
  return sessionId > 1 ? { sessionId, goneMarker, channel, hasHelper: helper === "yes" } : undefined;
}

/** Only bash can open connections by itself. It stays as the parent, to tell the end of the shell. */
function launch([output, errors]: readonly [number, number], goneMarker: string, helper: ShellText): ShellText {
  const inner = sh`exec 5<>/dev/tcp/${AGENT_ADDRESS}/${output} 6<>/dev/tcp/${AGENT_ADDRESS}/${errors} || exit 1
${helper}
sh <&5 >&5 2>&6 5<&- 6<&-
[ "$helper" ] && kill "$helper"
echo ${goneMarker} >&5`;
  return sh`command -v bash >/dev/null && setsid -f bash -c ${inner.text} </dev/null >/dev/null 2>&1`;
}

/**
 * Two pipes with a name for a moment: those of bash's coprocesses are closed when sh takes over. The helper knows the
 * system calls of these architectures.
 */
const START_HELPER: ShellText = sh`machine=$(uname -m)
if { [ "$machine" = x86_64 ] || [ "$machine" = aarch64 ]; } && command -v perl >/dev/null; then
  folder=$(mktemp -d) && mkfifo "$folder/to" "$folder/from" &&
    exec ${HelperFd.to}<>"$folder/to" ${HelperFd.from}<>"$folder/from"
  rm -r "$folder"
  perl -e ${HELPER_PROGRAM} "$machine" <&${HelperFd.to} >&${HelperFd.from} 5<&- 6<&- ${HelperFd.to}<&- ${HelperFd.from}<&- &
  helper=$!
fi`;
const NO_HELPER: ShellText = sh`helper=`;
