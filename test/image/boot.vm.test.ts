import { expect, test } from "vitest";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { bootGuest } from "./boot-guest.ts";

const bootLimitMs = 400_000;
const buildLimitMs = 900_000;

test.for(["uefi", "bios"] as const)(
  "debian-12 boots under %s to a login prompt and an SSH banner",
  { timeout: bootLimitMs + buildLimitMs },
  async (firmware, { signal }) => {
    const image = await resolveImage("debian-12", { signal });

    const guest = await bootGuest(image.path, firmware, AbortSignal.any([signal, AbortSignal.timeout(bootLimitMs)]));

    expect(guest.console).toContain("console=ttyS0,115200");
    expect(guest.console.includes("efi: EFI v2")).toBe(firmware === "uefi");
    expect(guest.console).not.toContain("fsck not present");
    expect(guest.banner).toMatch(/^SSH-2\.0-OpenSSH_/);
  },
);
