import type { Feature } from "../../features/feature.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import type { Environment } from "../../platforms/platform.ts";
import { recordedError } from "../recorded-error.ts";
import type { Recorder } from "./recorder.ts";
import { recordingFeature } from "./recording-feature.ts";
import { RecordingShell } from "./recording-shell.ts";

/**
 * The same environment seen through a recorder. Its nodes are real ones over recording shells and features, so that
 * tools and facts are asked for as ever; nothing is kept from cases before, so that a recording stands alone.
 */
export function recordEnvironment(environment: Environment, recorder: Recorder): Environment {
  const [first, ...others] = environment.nodes;
  environment.died.catch((error: unknown) => recorder.add("died", { error: recordedError(error) }));
  return {
    name: environment.name,
    nodes: [recordNode(first, recorder), ...others.map((node) => recordNode(node, recorder))],
    facts: environment.facts,
    died: environment.died,
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

function recordNode(node: Node, recorder: Recorder): Node {
  const { name, index, isLocal, connection, capability } = node;
  const features = new Map<string, Feature>();
  for (const featureName of capability.features) {
    const feature = node.find({ name: featureName });
    if (feature !== undefined) features.set(featureName, recordingFeature(feature, name, recorder));
  }
  const shell = new RecordingShell(node.shell, name, recorder);
  return makeNode({ name, index, isLocal, connection, capability, shell, features });
}
