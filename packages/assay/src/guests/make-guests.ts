import type { Node } from "../node/node.ts";
import { guestCount } from "../plan/guests.ts";
import type { DeployContext, Environment } from "../platforms/platform.ts";
import type { GuestSettings } from "../runbook/types.ts";
import type { Guest, GuestProvider } from "./guest-provider.ts";
import { WorkFolders } from "./work-folders.ts";

/** Ends the name of an environment made of guests. */
export const GUESTS_MARK = "(gst)";

export interface GuestsOrder {
  /** Entries of `platform.guests`. */
  readonly guests: readonly GuestSettings[];
  readonly providerOf: (type: string) => Promise<GuestProvider>;
}

/**
 * Makes the guests of all nodes of an environment and gives the environment that cases run on: the first guest of each
 * node, then the second, and so on, named `<environment>(gst)`. Disposing it ends the guests, then the environment.
 * When one cannot be made, those made by then are gone; the environment stays its owner's.
 */
export async function makeGuests(
  parent: Environment,
  { guests, providerOf }: GuestsOrder,
  context: DeployContext,
): Promise<Environment> {
  const entries = guests.flatMap((settings) => Array.from({ length: guestCount(settings) }, () => settings));
  const providers = new Map<string, GuestProvider>();
  for (const { type } of entries) providers.set(type, await providerOf(type));
  const folders = parent.nodes.map((node) => new WorkFolders(node, context.signal));
  const made: Guest[] = [];
  try {
    // One after the other: guests share their host, and two that boot at once take twice as long.
    for (const [place, settings] of entries.entries()) {
      for (const [at, host] of parent.nodes.entries()) {
        const name = `${host.name}.${guestName(settings, place)}`;
        const guest = await providers.get(settings.type)?.create({
          settings,
          name,
          index: made.length,
          place,
          count: entries.length,
          host,
          workFolder: async (base) => (await folders[at]?.make(base, `${place}`)) ?? base,
          progress: (step, detail) =>
            context.progress({
              environment: context.environmentName,
              step: `guest '${name}': ${step}`,
              ...(detail !== undefined && { detail }),
            }),
          signal: context.signal,
        });
        if (guest !== undefined) made.push(guest);
      }
    }
    const [first, ...others] = made.map(({ node }) => node);
    if (first === undefined) return parent;
    return guestEnvironment(parent, made, [first, ...others], folders);
  } catch (error) {
    await endAll([...made, ...folders]).catch(() => undefined);
    throw error;
  }
}

const guestName = ({ name }: GuestSettings, place: number): string =>
  name === "" ? `guest-${place}` : `${name}-${place}`;

function guestEnvironment(
  parent: Environment,
  made: readonly Guest[],
  nodes: readonly [Node, ...Node[]],
  folders: readonly WorkFolders[],
): Environment {
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    const [guests] = await Promise.allSettled([endAll([...made, ...folders])]);
    // Whatever became of the guests, the machines they were on are given back.
    await parent[Symbol.asyncDispose]();
    if (guests.status === "rejected") throw guests.reason;
  };
  return {
    name: `${parent.name}${GUESTS_MARK}`,
    within: parent.name,
    nodes,
    facts: {
      ...parent.facts,
      host_environment: parent.name,
      ...Object.fromEntries(made.map(({ node, description }) => [node.name, description])),
    },
    died: parent.died,
    [Symbol.asyncDispose]: () => {
      ending ??= end();
      return ending;
    },
  };
}

/** Ends one after the other; one that fails keeps none from its end. Throws what failed first. */
async function endAll(ended: readonly AsyncDisposable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const each of ended) {
    try {
      await each[Symbol.asyncDispose]();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
