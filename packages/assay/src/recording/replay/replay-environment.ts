import type { Feature } from "../../features/feature.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { RecordedNode, Recording } from "../format.ts";
import { revivedError } from "../recorded-error.ts";
import { recordedDeath } from "./recorded-call.ts";
import { replayFeature } from "./replay-feature.ts";
import type { ReplaySession } from "./replay-session.ts";
import { ReplayShell } from "./replay-shell.ts";

/**
 * The environment of a recording: real nodes over shells and features that answer from it. `died` rejects when the
 * machine did, and at the first divergence, so that no case can catch it and go on.
 */
export function replayEnvironment({ header, entries }: Recording, session: ReplaySession): Environment {
  const { name, facts, nodes } = header.environment;
  const [first, ...others] = nodes.map((node) => replayNode(node, session));
  if (first === undefined) throw new TypeError(`The recording of '${header.resultId}' has no node.`);
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => undefined);
  const { signal } = session.diverged;
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  const death = recordedDeath(entries);
  if (death !== undefined) session.clock.at(death.atMs, () => reject(revivedError(death.error)));
  return { name, nodes: [first, ...others], facts, died, [Symbol.asyncDispose]: async () => undefined };
}

function replayNode({ name, index, isLocal, connection, capability }: RecordedNode, session: ReplaySession): Node {
  const features = new Map<string, Feature>(
    capability.features.map((feature) => [feature, replayFeature(feature, name, session)]),
  );
  return makeNode({ name, index, isLocal, connection, capability, shell: new ReplayShell(name, session), features });
}
