import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { HostExhausted } from "../../../errors/catalogue.ts";
import { needRoom } from "./room.ts";

test("a full disk is told with what is left, what is needed and what to do", async () => {
  const asked = needRoom(tmpdir(), 2 ** 60, "a fork");
  await expect(asked).rejects.toThrow(HostExhausted);
  await expect(asked).rejects.toMatchObject({
    message: expect.stringMatching(/^The disk of '.+' has \d+ MB left; a fork needs 1152921504607 MB\.$/),
    help: expect.stringContaining("ASSAY_CACHE"),
  });
});

test("enough room is no matter", async () => {
  await expect(needRoom(tmpdir(), 1, "a fork")).resolves.toBeUndefined();
});
