import type { Refusals } from "../plan/planner.ts";
import { unfitReason } from "../plan/predefined.ts";
import type { Platform } from "../platforms/platform.ts";
import type { HostOffer } from "../platforms/qemu/host/host-offer.ts";
import type { ImageNeed } from "../platforms/qemu/settings.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { IMAGE_KEYS, namedImage } from "./named-image.ts";
import { refusal, requirementOf } from "./requirement.ts";

type Refusal = (testCase: Case) => string | undefined;

/**
 * Loads what knows, without touching any machine, why the platform of a runbook cannot serve a case. Less is known than
 * in a run: what a machine lacks that nobody describes is found when it is connected.
 */
export async function loadRefusals(): Promise<Refusals> {
  const [
    { localPlatform },
    { readyPlatform },
    { qemuRefusal },
    { readCapacity },
    { parseQemuSettings },
    { HARDWARE_KEYS },
    { readHostOffer },
    { libvirtRefusal },
    { parseLibvirtSettings },
    { recipeProcessor },
  ] = await Promise.all([
    import("../platforms/local/local-platform.ts"),
    import("../platforms/ready/ready-platform.ts"),
    import("../platforms/qemu/refusal.ts"),
    import("../platforms/qemu/host/capacity.ts"),
    import("../platforms/qemu/settings.ts"),
    import("../platforms/qemu/hardware-settings.ts"),
    import("../platforms/qemu/host/host-offer.ts"),
    import("../platforms/libvirt/refusal.ts"),
    import("../platforms/libvirt/settings.ts"),
    import("../image/recipe.ts"),
  ]);
  const capacity = readCapacity();
  const hardware = Object.keys(HARDWARE_KEYS);
  const protection = ["arch", "enable_secure_boot", "firmware_type", "kernel", "tpm"];
  const settingKeys = ["cores", "memory_mb", "qemu_binary", ...protection, ...hardware];
  const sectionKeys = [...settingKeys, ...IMAGE_KEYS];
  /** What images of recipes need, by name. */
  const needs = new Map<unknown, ImageNeed>();
  const settingsOf = ({ section }: Runbook["platform"]) =>
    parseQemuSettings(
      Object.fromEntries(settingKeys.map((key) => [key, section[key]])),
      needs.get(namedImage(section)),
    );
  const offers = new Map<string, HostOffer>();
  /** QEMU is asked only where a runbook wants other hardware than the usual. */
  const learn = async ({ environment, platform }: Runbook): Promise<void> => {
    if (platform.type !== "qemu") return;
    const nodes = (environment?.environments ?? []).flatMap(({ nodes }) => nodes);
    const sections = nodes.map((node) => (node.type === "requirement" ? node.requirement.platformSections?.qemu : {}));
    const isAsked = [platform.section, ...sections].some((section = {}) => hardware.some((key) => key in section));
    const image = namedImage(platform.section);
    const architecture = typeof image === "string" ? await recipeProcessor(image) : undefined;
    if (architecture !== undefined) needs.set(image, { name: String(image), architecture });
    const { qemuBinary } = settingsOf(platform);
    const known = offers.get(qemuBinary);
    if (known === undefined || (isAsked && known.qemu === undefined)) {
      offers.set(qemuBinary, await readHostOffer(qemuBinary, { asksQemu: isAsked }));
    }
  };
  const on =
    (platform: Platform, runbook: Runbook): Refusal =>
    (testCase) =>
      refusal(platform, testCase, runbook);
  const of = (runbook: Runbook): Refusal => {
    const unfit = unfitReason(runbook);
    // How many machines the guests take is known when the platform is made.
    if (runbook.platform.guests !== undefined) return unfit;
    switch (runbook.platform.type) {
      case "local":
        return on(localPlatform(), runbook);
      case "ready":
        return runbook.readyNodes.length === 0 ? unfit : on(readyPlatform(runbook.readyNodes), runbook);
      case "qemu": {
        const usual = settingsOf(runbook.platform);
        const offer = offers.get(usual.qemuBinary);
        return (testCase) => qemuRefusal(requirementOf(testCase, runbook), capacity, usual, offer) ?? unfit(testCase);
      }
      case "libvirt": {
        const usual = parseLibvirtSettings(runbook.platform.section);
        return (testCase) => libvirtRefusal(requirementOf(testCase, runbook), usual, undefined) ?? unfit(testCase);
      }
      default:
        return unfit;
    }
  };
  return { sectionKeys, learn, of };
}
