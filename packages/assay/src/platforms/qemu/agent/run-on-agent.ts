import { notStarted, runProcess } from "../../../node/shell/run-process.ts";
import { frameFor } from "../../../node/shell/ssh/channel/frame.ts";
import type { Command, Completed, RunOptions } from "../../../node/shell/types.ts";
import type { AgentChannel } from "./agent-channel.ts";

/** Ends everything of the agent's session in the guest, by another way than the agent. */
export type EndSession = (signal: "TERM" | "KILL") => Promise<void>;

/** Runs a command on the agent; undefined when it has to go another way (agent busy or gone, input, left processes). */
export async function runOnAgent(
  channel: AgentChannel,
  command: Command,
  options: RunOptions,
  login: { readonly isRoot: boolean; readonly endSession: EndSession },
): Promise<Completed | undefined> {
  if (!channel.isIdle) return undefined;
  if (options.signal?.aborted === true) return notStarted(command, { kind: "aborted" });
  const frame = frameFor(command, options, login.isRoot);
  if (frame === undefined) return undefined;
  return await runProcess(command, options, async (sinks) => channel.start(frame, sinks, login.endSession));
}
