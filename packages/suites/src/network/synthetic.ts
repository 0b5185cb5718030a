import { NetworkInterface } from "assay/features";
import { atLeast, type CaseContext, type Count, minutes, suite } from "assay/suite";
import { checkNics, skipWithoutSynthetic } from "./nic-info.ts";

/** As many as a machine can have. */
const ALL: Count = [{ minimum: 3, maximum: Number.POSITIVE_INFINITY, choosesLargest: true }];
/** What the cases add, so that a machine has eight. */
const ADDED = 7;

export default suite("Synthetic", {
  area: "network",
  about: "Network interfaces made for virtual machines, as many as there can be.",
  requires: { features: [NetworkInterface] },
}, ({ test }) => {
  test(
    "verify_synthetic_provision_with_max_nics",
    {
      about: "Each interface of a machine that has as many as it can is in the guest, with its address.",
      priority: 2,
      timeoutMs: minutes(30),
      requires: { network: { dataPath: "Synthetic", nicCount: ALL } },
    },
    verifyProvisioned,
  );
  const toAdd = { dataPath: "Synthetic", maxNicCount: atLeast(ADDED + 1) } as const;
  test(
    "verify_synthetic_add_max_nics_one_time_after_provision",
    {
      about:
        "Interfaces that are added together are in the guest with their addresses, and gone when they are removed.",
      priority: 2,
      timeoutMs: minutes(30),
      useNewEnvironment: true,
      requires: { network: toAdd },
    },
    (context) => verifyAdded(context, ADDED),
  );
  test(
    "verify_synthetic_add_max_nics_one_by_one_after_provision",
    {
      about:
        "Interfaces that are added one by one leave those before them as they are, and are gone when they are removed.",
      priority: 2,
      timeoutMs: minutes(30),
      useNewEnvironment: true,
      requires: { network: toAdd },
    },
    (context) => verifyAdded(context, 1),
  );
});

async function verifyProvisioned(context: CaseContext): Promise<void> {
  await skipWithoutSynthetic(context);
  for (const node of context.environment.nodes) {
    await checkNics(context, node, node.feature(NetworkInterface).mostNics);
  }
}

/** Adds interfaces so many at a time, looks at all of them each time, and takes them out again. */
async function verifyAdded(context: CaseContext, atATime: number): Promise<void> {
  const { node, markDirty } = context;
  await skipWithoutSynthetic(context);
  const feature = node.feature(NetworkInterface);
  const before = (await feature.nics()).length;
  const added: string[] = [];
  try {
    while (added.length < ADDED) {
      for (let left = Math.min(atATime, ADDED - added.length); left > 0; left--) {
        added.push((await feature.attach()).id);
      }
      await checkNics(context, node, before + added.length);
    }
    for (const id of added) await feature.detach(id);
    await checkNics(context, node, before);
  } catch (error) {
    // Whoever uses the machine next would find interfaces that are not its own.
    markDirty();
    throw error;
  }
}
