import { MOST_NODES, type NodeSpace } from "../runbook/requirement.ts";
import { Bits } from "./match-bits.ts";
import type { Aspect } from "./space/aspect.ts";
import { assignNodes } from "./space/assign.ts";
import { type EnvironmentSpace, nodeCountOf, singleNodes } from "./space/environment.ts";
import { identityOfNode, NODE_ASPECTS } from "./space/node.ts";

/** Environments with equal nodes. */
interface EnvironmentClass {
  /** Numbers of the nodes among the different ones. */
  readonly nodes: readonly number[];
  readonly isOrderFixed: boolean;
}

/** A requirement by the numbers of its nodes; equal ones have equal keys. */
export interface ReadRequirement {
  readonly key: string;
  readonly nodes: readonly number[];
}

/** Nodes and environments with equal ones counted once, and which node serves which. */
export class MatchTable {
  /** For each environment the number of its class. Classes are numbered by first appearance. */
  readonly classOf: readonly number[];
  readonly #classes: EnvironmentClass[] = [];
  readonly #held: NodeSpace[] = [];
  readonly #areAllAlone: boolean;
  /** For each aspect the held nodes by what they have of it, each with one of them to ask. */
  readonly #offers: readonly (readonly Offer[])[];
  /** By the text of a requirement's value, one map for each aspect: the held nodes that meet it. */
  readonly #meeting = NODE_ASPECTS.map(() => new Map<string, Bits>());
  readonly #numberOfText = new Map<string, number>();
  readonly #numberOfNode = new WeakMap<NodeSpace, number>();
  /** For each different required node the held nodes that serve it. */
  readonly #serving: Bits[] = [];

  constructor(environments: readonly EnvironmentSpace[]) {
    const nodeNumbers = new Map<string, number>();
    const classNumbers = new Map<string, number>();
    this.classOf = environments.map((environment) => {
      const nodes = singleNodes(environment).map((node) =>
        numbered(nodeNumbers, identityOfNode(node), () => this.#held.push(node)),
      );
      const isOrderFixed = environment.isOrderFixed === true && nodes.length > 1;
      return numbered(classNumbers, `${isOrderFixed}:${nodes}`, () => this.#classes.push({ nodes, isOrderFixed }));
    });
    this.#offers = NODE_ASPECTS.map((aspect) => offersOf(aspect, this.#held));
    this.#areAllAlone = this.#classes.every(({ nodes }) => nodes.length === 1);
  }

  /** The requirement in numbers; undefined when it has more nodes than any environment may have. */
  read(requirement: EnvironmentSpace): ReadRequirement | undefined {
    if (nodeCountOf(requirement) > MOST_NODES) return undefined;
    const nodes = singleNodes(requirement).map((node) => this.#numberOf(node));
    return { key: nodes.join(), nodes };
  }

  /** The numbers of the classes that serve `requirement`. */
  fitting(requirement: ReadRequirement): Bits {
    const [only, ...others] = requirement.nodes;
    const serving = this.#serving[only ?? -1];
    // Where all environments have one node, nodes and classes have the same numbers.
    if (this.#areAllAlone && others.length === 0 && serving !== undefined) return serving;
    const fitting = new Bits(this.#classes.length);
    const wanted = requirement.nodes.map((number) => this.#serving[number] ?? new Bits(this.#held.length));
    const isUniform = wanted.every((each) => each === wanted[0]);
    for (let index = 0; index < this.#classes.length; index++) {
      const environment = this.#classes[index];
      if (environment === undefined || environment.nodes.length < wanted.length) continue;
      if (isUniform ? hasEnough(environment, wanted) : canPlace(environment, wanted)) fitting.add(index);
    }
    return fitting;
  }

  #numberOf(node: NodeSpace): number {
    const known = this.#numberOfNode.get(node);
    if (known !== undefined) return known;
    const texts = NODE_ASPECTS.map((aspect) => aspect.identity(node));
    const number = numbered(this.#numberOfText, texts.join(";"), () =>
      this.#serving.push(
        Bits.common(
          this.#held.length,
          texts.map((text, aspect) => this.#nodesMeeting(aspect, text, node)),
        ),
      ),
    );
    this.#numberOfNode.set(node, number);
    return number;
  }

  #nodesMeeting(index: number, text: string, requirement: NodeSpace): Bits {
    const known = this.#meeting[index]?.get(text);
    if (known !== undefined) return known;
    const meeting = new Bits(this.#held.length);
    for (const { example, nodes } of this.#offers[index] ?? []) {
      if (NODE_ASPECTS[index]?.meets(requirement, example) !== true) continue;
      for (const number of nodes) meeting.add(number);
    }
    this.#meeting[index]?.set(text, meeting);
    return meeting;
  }
}

/** Nodes that have the same of one aspect. */
interface Offer {
  readonly example: NodeSpace;
  readonly nodes: number[];
}

function offersOf(aspect: Aspect<NodeSpace>, held: readonly NodeSpace[]): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const [number, node] of held.entries()) {
    const text = (aspect.offer ?? aspect.identity)(node);
    const offer = offers.get(text) ?? { example: node, nodes: [] };
    offer.nodes.push(number);
    offers.set(text, offer);
  }
  return [...offers.values()];
}

/** For requirements whose nodes are all alike: any nodes will do, so that counting them is enough. */
function hasEnough({ nodes, isOrderFixed }: EnvironmentClass, wanted: readonly Bits[]): boolean {
  const [serving] = wanted;
  const places = isOrderFixed ? wanted.length : nodes.length;
  let found = 0;
  for (let place = 0; place < places; place++) {
    if (serving?.has(nodes[place] ?? -1) === true) found += 1;
  }
  return found >= wanted.length;
}

function canPlace({ nodes, isOrderFixed }: EnvironmentClass, wanted: readonly Bits[]): boolean {
  const fits = (from: number, to: number): boolean => wanted[from]?.has(nodes[to] ?? -1) ?? false;
  if (wanted.every((_, place) => fits(place, place))) return true;
  return !isOrderFixed && assignNodes(wanted.length, nodes.length, fits) !== undefined;
}

/** The number of `text`; a new one gets the next number and is told to `onNew`. */
function numbered(numbers: Map<string, number>, text: string, onNew: () => void): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = numbers.size;
  numbers.set(text, number);
  onNew();
  return number;
}
