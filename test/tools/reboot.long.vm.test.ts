import { expect } from "vitest";
import { Reboot } from "../../packages/assay/src/tools/index.ts";
import { onGuest } from "./on-guest.ts";

onGuest("a reboot ends in another boot", async ({ node, signal }) => {
  const before = await node.facts();
  const { bootIdBefore, bootIdAfter } = await node.tool(Reboot).reboot({ signal });
  expect(bootIdBefore).toBe(before.bootId);
  expect((await node.facts()).bootId).toBe(bootIdAfter);
});
