import { didYouMean } from "../runbook/nearest.ts";
import {
  type Diagnostic,
  TRANSFORMER_PHASES,
  type TransformerPhase,
  type TransformerSettings,
} from "../runbook/types.ts";

export interface TransformerOrder {
  /** All entries in the order they run, also those that are switched off: an earlier one may switch them on. */
  readonly phases: Readonly<Record<TransformerPhase, readonly TransformerSettings[]>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Puts transformers into order: each after what it depends on, in the order of the runbook otherwise, by phase. */
export function orderTransformers(transformers: readonly TransformerSettings[]): TransformerOrder {
  const diagnostics: Diagnostic[] = [];
  const ordered = new Set<TransformerSettings>();
  const visit = (entry: TransformerSettings, path: readonly TransformerSettings[]): void => {
    if (ordered.has(entry)) return;
    const from = path.indexOf(entry);
    if (from !== -1) {
      const circle = path.slice(from);
      // What is switched off waits for nothing and counts as done.
      if (circle.every(({ enabled }) => enabled)) diagnostics.push(cycle(circle));
      return;
    }
    for (const dependency of dependenciesOf(entry, transformers, diagnostics)) visit(dependency, [...path, entry]);
    ordered.add(entry);
  };
  for (const entry of transformers) visit(entry, []);
  const all = [...ordered];
  const phases = Object.fromEntries(
    TRANSFORMER_PHASES.map((phase) => [phase, all.filter((entry) => entry.phase === phase)]),
  ) as unknown as TransformerOrder["phases"];
  return { phases, diagnostics };
}

/** The entries `entry` waits for; what is wrong with its dependencies is told once, when it is first visited. */
function dependenciesOf(
  entry: TransformerSettings,
  transformers: readonly TransformerSettings[],
  diagnostics: Diagnostic[],
): readonly TransformerSettings[] {
  return entry.dependsOn.flatMap((name, index) => {
    const position = entry.dependencyPositions[index] ?? entry.position;
    const named = transformers.filter((other) => other.givenName === name || other.name === name);
    // An entry may wait for its namesakes, but a name that is only its own is a circle.
    const others = named.length > 1 ? named.filter((other) => other !== entry) : named;
    if (others.length === 0) {
      if (entry.enabled) diagnostics.push(unknown(entry, name, position, transformers));
      return [];
    }
    const reachable = others.filter((other) => rankOf(other) <= rankOf(entry));
    const [later] = others.filter((other) => other.enabled);
    if (reachable.length === 0 && later !== undefined && entry.enabled) {
      diagnostics.push({
        severity: "error",
        code: "T04",
        message: `The transformer '${entry.name}' runs in the phase '${entry.phase}' and cannot wait for '${name}' of the later phase '${later.phase}'.`,
        position,
        help: "Move one of them to the phase of the other.",
      });
    }
    return reachable;
  });
}

const rankOf = ({ phase }: TransformerSettings): number => TRANSFORMER_PHASES.indexOf(phase);

function unknown(
  entry: TransformerSettings,
  name: string,
  position: Diagnostic["position"],
  transformers: readonly TransformerSettings[],
): Diagnostic {
  const names = [...new Set(transformers.map(({ givenName }) => givenName))];
  return {
    severity: "error",
    code: "T04",
    message: `The transformer '${entry.name}' depends on '${name}', which does not exist.`,
    position,
    help: didYouMean(name, names) ?? `Transformers: ${names.join(", ")}.`,
  };
}

function cycle(circle: readonly TransformerSettings[]): Diagnostic {
  const [first] = circle;
  const names = [...circle, ...circle.slice(0, 1)].map(({ name }) => name);
  return {
    severity: "error",
    code: "T04",
    message: `The transformers depend on each other in a circle: ${names.join(" -> ")}.`,
    position: first?.dependencyPositions[0] ?? first?.position,
    help: "Remove one of these dependencies.",
  };
}
