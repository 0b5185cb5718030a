import { expect, test } from "vitest";
import { imageWithKernel } from "./image-with-kernel.ts";

test("a name is for images of recipes; what is secret in another one's address is not repeated", async () => {
  expect(await imageWithKernel("debian-12", "rt")).toEqual({ image: "debian-12+rt", kernel: undefined });
  await expect(imageWithKernel("https://me:secret@127.0.0.1/disk.raw?sig=secret", "rt")).rejects.toThrow(
    "There is no kernel file 'rt', and the image 'https://127.0.0.1/disk.raw' is not built from a recipe.",
  );
});
