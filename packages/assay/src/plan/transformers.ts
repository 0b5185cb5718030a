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
  const byName = indexed(transformers);
  const diagnostics: Diagnostic[] = [];
  const ordered = new Set<TransformerSettings>();
  for (const start of transformers) visitAll(start, { byName, diagnostics, ordered });
  const all = [...ordered];
  const of = (phase: TransformerPhase) => all.filter((entry) => entry.phase === phase);
  return {
    phases: {
      init: of("init"),
      expanded: of("expanded"),
      environment_connected: of("environment_connected"),
      expanded_cleanup: of("expanded_cleanup"),
      cleanup: of("cleanup"),
    },
    diagnostics,
  };
}

interface Walk {
  readonly byName: ReadonlyMap<string, readonly TransformerSettings[]>;
  readonly diagnostics: Diagnostic[];
  readonly ordered: Set<TransformerSettings>;
}

/** An entry that is not ordered yet, with the dependencies that are still to be looked at. */
interface Step {
  readonly entry: TransformerSettings;
  readonly dependencies: Iterator<TransformerSettings>;
}

/** Depth first, without recursion: a runbook may hold a chain longer than the stack. */
function visitAll(start: TransformerSettings, walk: Walk): void {
  if (walk.ordered.has(start)) return;
  const stepOf = (entry: TransformerSettings): Step => ({
    entry,
    dependencies: dependenciesOf(entry, walk)[Symbol.iterator](),
  });
  const path = [stepOf(start)];
  const onPath = new Set([start]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const { done, value } = step.dependencies.next();
    if (done === true) {
      walk.ordered.add(step.entry);
      onPath.delete(step.entry);
      path.pop();
    } else if (onPath.has(value)) {
      const from = path.findIndex(({ entry }) => entry === value);
      const circle = path.slice(from).map(({ entry }) => entry);
      // What is switched off waits for nothing and counts as done.
      if (circle.every(({ enabled }) => enabled)) walk.diagnostics.push(cycle(circle));
    } else if (!walk.ordered.has(value)) {
      path.push(stepOf(value));
      onPath.add(value);
    }
  }
}

/** Entries by the name the runbook gives them, and by the number that tells namesakes apart. */
function indexed(transformers: readonly TransformerSettings[]): ReadonlyMap<string, readonly TransformerSettings[]> {
  const byName = new Map<string, TransformerSettings[]>();
  for (const entry of transformers) {
    for (const name of new Set([entry.givenName, entry.name])) {
      const namesakes = byName.get(name);
      if (namesakes === undefined) byName.set(name, [entry]);
      else namesakes.push(entry);
    }
  }
  return byName;
}

/** The entries `entry` waits for; what is wrong with its dependencies is told once, when it is first visited. */
function dependenciesOf(entry: TransformerSettings, { byName, diagnostics }: Walk): readonly TransformerSettings[] {
  return entry.dependsOn.flatMap((name, index) => {
    const position = entry.dependencyPositions[index] ?? entry.position;
    const named = byName.get(name) ?? [];
    // An entry may wait for its namesakes, but a name that is only its own is a circle.
    const others = named.length > 1 ? named.filter((other) => other !== entry) : named;
    if (others.length === 0) {
      if (entry.enabled) diagnostics.push(unknown(entry, name, position, byName));
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
  byName: Walk["byName"],
): Diagnostic {
  const names = [...byName.keys()].slice(0, MOST_NAMES);
  return {
    severity: "error",
    code: "T04",
    message: `The transformer '${entry.name}' depends on '${name}', which does not exist.`,
    position,
    help: didYouMean(name, names) ?? `Transformers: ${names.join(", ")}.`,
  };
}

/** Nobody reads more names, and looking for near ones among all would take long. */
const MOST_NAMES = 50;
/** Likewise for the entries of a circle. */
const MOST_IN_CIRCLE = 20;

function cycle(circle: readonly TransformerSettings[]): Diagnostic {
  const [first] = circle;
  const names = [...circle, ...circle.slice(0, 1)].map(({ name }) => name);
  const shown = names.length <= MOST_IN_CIRCLE ? names : [...names.slice(0, MOST_IN_CIRCLE), "…"];
  return {
    severity: "error",
    code: "T04",
    message: `The transformers depend on each other in a circle: ${shown.join(" -> ")}.`,
    position: first?.dependencyPositions[0] ?? first?.position,
    help: "Remove one of these dependencies.",
  };
}
