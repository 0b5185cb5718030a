import { expect, test } from "vitest";
import { Preparation } from "./preparation.ts";

test("what all ask for at once is made once, and made again after a failure", async () => {
  const preparation = new Preparation<string>();
  const { promise, reject } = Promise.withResolvers<string>();
  const first = [preparation.get(() => promise), preparation.get(async () => "another")];
  reject(new Error("no room"));
  for (const each of first) await expect(each).rejects.toThrow("no room");
  expect(await preparation.get(async () => "made")).toBe("made");
  expect(await preparation.get(async () => "once more")).toBe("made");
});
