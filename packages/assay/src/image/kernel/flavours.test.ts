import { expect, test } from "vitest";
import { loadRecipe, splitImageName } from "../recipe.ts";
import { kernelReleases, requireKernel } from "./available-kernels.ts";
import { archiveKernel } from "./flavours.ts";

test.for([
  ["amd64", "cloud", "linux-image-cloud-amd64", false],
  ["amd64", "generic", "linux-image-amd64", false],
  ["amd64", "rt", "linux-image-rt-amd64", false],
  ["amd64", "backports", "linux-image-amd64", true],
  ["amd64", "rt-backports", "linux-image-rt-amd64", true],
  ["amd64", "6.1.0-50-amd64", "linux-image-6.1.0-50-amd64", false],
  ["amd64", "linux-image-6.1.0-50-rt-amd64", "linux-image-6.1.0-50-rt-amd64", false],
  ["arm64", "cloud-backports", "linux-image-cloud-arm64", true],
  ["arm64", "generic", "linux-image-arm64", false],
] as const)("on %s '%s' is %s", ([architecture, name, packageName, isOfBackports]) => {
  expect(archiveKernel(name, architecture)).toEqual({ name, packageName, isOfBackports });
});

test.for([
  ["debian-12", "debian-12", undefined],
  ["debian-12+rt", "debian-12", "rt"],
  ["debian-12+6.12.90+deb12-amd64", "debian-12", "6.12.90+deb12-amd64"],
  ["./a+b.qcow2", "./a+b.qcow2", undefined],
] as const)("the image '%s' is of recipe %s", ([name, recipe, kernel]) => {
  expect(splitImageName(name)).toEqual({ recipe, kernel });
});

test("a recipe with a kernel differs from the recipe in name, text and that package alone", async () => {
  const [plain, backported] = await Promise.all([loadRecipe("debian-12"), loadRecipe("debian-12+backports")]);
  expect(backported.name).toBe("debian-12+backports");
  expect(backported.text).not.toBe(plain.text);
  expect(backported.packages.filter((name) => !plain.packages.includes(name))).toEqual([
    "linux-image-amd64/bookworm-backports",
  ]);
  expect(plain.packages.filter((name) => !backported.packages.includes(name))).toEqual(["linux-image-cloud-amd64"]);
  await expect(loadRecipe("debian-12+rt; reboot")).rejects.toThrow("is no name of a kernel");
  await expect(loadRecipe("debain-12+rt")).rejects.toThrow("There is no image recipe 'debain-12'.");
});

const names = [
  "linux-image-amd64",
  "linux-image-6.1.0-9-amd64",
  "linux-image-6.1.0-50-amd64",
  "linux-image-6.1.0-50-rt-amd64",
  "linux-image-6.1.0-50-amd64-dbg",
  "linux-image-6.12-amd64",
];

test("releases are sorted as numbers, without what is no kernel to boot", () => {
  expect(kernelReleases(names)).toEqual(["6.1.0-9-amd64", "6.1.0-50-amd64", "6.1.0-50-rt-amd64"]);
});

test("a kernel that is not there is answered with those that are", () => {
  expect(() => requireKernel(archiveKernel("6.1.0-50-amd64", "amd64"), "bookworm", names)).not.toThrow();
  try {
    requireKernel(archiveKernel("6.1.0-5-amd64", "amd64"), "bookworm", names);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      name: "ImageError",
      message: "There is no kernel '6.1.0-5-amd64' for 'bookworm': no package 'linux-image-6.1.0-5-amd64'.",
      help: expect.stringMatching(
        /There are cloud, cloud-backports, generic, .* releases 6\.1\.0-9-amd64, 6\.1\.0-50-amd64 \(/,
      ),
    });
  }
});
