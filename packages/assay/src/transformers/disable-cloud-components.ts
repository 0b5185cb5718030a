import { sh } from "../node/shell/command.ts";
import { nodeOf } from "./inputs.ts";
import type { Transformer } from "./transformer.ts";

/** Units of Azure's agent by distribution; those that a node does not have are passed over. */
const AGENT_UNITS = ["walinuxagent", "waagent"];

/** Switches cloud-init and Azure's agent off, so that the node boots as it is wherever it runs. */
export const disableCloudComponents: Transformer = {
  type: "disable_cloud_components",
  async run(_inputs, context) {
    const node = nodeOf(context);
    const script = sh`
if [ -d /etc/cloud ]; then touch /etc/cloud/cloud-init.disabled || exit; fi
for unit in ${AGENT_UNITS}; do
  if systemctl cat "$unit.service" >/dev/null 2>&1; then systemctl disable --now "$unit.service" || exit; echo "$unit"; fi
done`;
    const stopped = await node.text(script, { sudo: true });
    context.log.info(
      `cloud-init is switched off on '${node.name}'; stopped: ${stopped.split("\n").join(", ") || "nothing"}.`,
    );
    return {};
  },
};
