import { UsageError } from "../errors/catalogue.ts";
import type { GuestProvider } from "./guest-provider.ts";

/** How each built-in type is loaded, only when a runbook asks for it. */
const BUILT_IN: Readonly<Record<string, () => Promise<GuestProvider>>> = {
  openvmm: async () => (await import("./openvmm/openvmm-guests.ts")).openvmmGuests,
  qemu: async () => (await import("./qemu/qemu-guests.ts")).qemuGuests,
};

/** The built-in provider of a type. Throws UsageError when there is none. */
export async function guestProvider(type: string): Promise<GuestProvider> {
  const load = Object.hasOwn(BUILT_IN, type) ? BUILT_IN[type] : undefined;
  if (load !== undefined) return await load();
  throw new UsageError(`Guests of type '${type}' are not made by this version of assay.`, {
    help: `Types it makes: ${Object.keys(BUILT_IN).join(", ")}, and those of extensions.`,
  });
}
