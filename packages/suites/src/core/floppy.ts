import { type CaseContext, suite } from "assay/suite";
import { Modprobe } from "assay/tools";

export default suite("Floppy", { area: "core", about: "Drivers for devices no cloud machine has." }, ({ test }) => {
  test(
    "verify_floppy_module_is_blacklisted",
    {
      about: "The floppy driver is not in the running kernel, where it would only slow down the boot and log errors.",
      priority: 1,
    },
    verifyFloppyModuleIsBlacklisted,
  );
});

async function verifyFloppyModuleIsBlacklisted({ node, expect, skip }: CaseContext): Promise<void> {
  const { id, versionId } = await node.facts();
  if (id === "centos" && Number.parseFloat(versionId) < 7.8) {
    skip("CentOS before 7.8 loads the floppy driver by design.");
  }
  const state = await node.tool(Modprobe).state("floppy");
  expect(
    state !== "present",
    `The floppy driver is in the running kernel of '${node.name}', loaded or built in. Blacklist it in '/etc/modprobe.d'.`,
  );
}
