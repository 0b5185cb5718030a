import { sh } from "assay";
import { type CaseContext, suite } from "assay/suite";
import { gather } from "../gather.ts";
import { DEFAULT_TIMEOUT_S, dhcpTimeoutSeconds, networkManagerTimeoutSeconds } from "./dhcp-timeout.ts";

export default suite("Dhcp", { area: "core", about: "How the guest asks for its address." }, ({ test }) => {
  test(
    "verify_dhcp_client_timeout",
    {
      about: "The DHCP client waits at least five minutes for an address, as long as a busy host may need.",
      priority: 1,
    },
    verifyDhcpClientTimeout,
  );
});

const CLIENT_FILES = ["dhclient", "dhcpcd"].flatMap((client) => [
  `/etc/dhcp/${client}.conf`,
  `/etc/${client}.conf`,
  `/usr/lib/dracut/modules.d/40network/${client}.conf`,
  `/usr/lib/dracut/modules.d/35network-legacy/${client}.conf`,
]);

async function verifyDhcpClientTimeout({ node, expect, log, skip }: CaseContext): Promise<void> {
  const { id, versionId, family, prettyName } = await node.facts();
  const major = Number.parseInt(versionId, 10);
  const usesNetworkManager = id === "fedora" || (family === "azurelinux" && major >= 4);
  if (!usesNetworkManager && !["debian", "suse", "redhat"].includes(family)) {
    skip(`Which DHCP client '${prettyName}' uses is not known.`);
  }
  const found = await gather(node, {
    manager: sh`PATH="$PATH:/usr/sbin:/sbin" NetworkManager --print-config`,
    client: sh`for file in ${CLIENT_FILES}; do [ -e "$file" ] && exec cat "$file"; done; exit 1`,
    networkd: sh`
systemctl is-active --quiet systemd-networkd || exit 1
cat /etc/systemd/network/*.network /run/systemd/network/*.network /usr/lib/systemd/network/*.network 2>/dev/null
true`,
  });
  if (!usesNetworkManager && found.client.exitCode !== 0 && found.networkd.exitCode === 0) {
    // systemd-networkd has no time-out: it gives up after so many attempts, and by default never does.
    const attempts = /^\s*MaxAttempts\s*=\s*(\d+)\s*$/m.exec(found.networkd.text)?.[1];
    expect(
      attempts === undefined,
      `systemd-networkd on '${node.name}' gives up after ${attempts} attempts ('MaxAttempts'); it must not.`,
    );
    log.info("systemd-networkd asks for an address until it has one.");
    return;
  }
  const config = usesNetworkManager ? found.manager : found.client;
  expect(
    config.exitCode === 0,
    `No configuration of a DHCP client is found on '${node.name}': looked for ${CLIENT_FILES.join(", ")}.`,
  );
  const timeout = usesNetworkManager ? networkManagerTimeoutSeconds(config.text) : dhcpTimeoutSeconds(config.text);
  expect(
    timeout >= DEFAULT_TIMEOUT_S,
    `The DHCP client of '${node.name}' gives up after ${timeout} s; it must wait at least ${DEFAULT_TIMEOUT_S} s.`,
  );
}
