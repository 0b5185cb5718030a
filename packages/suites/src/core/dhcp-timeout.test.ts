import { expect, test } from "vitest";
import { dhcpTimeoutSeconds, networkManagerTimeoutSeconds } from "./dhcp-timeout.ts";

// The head of the file that isc-dhcp-client of Debian 12 installs.
const DEBIAN = `send host-name = gethostname();
request subnet-mask, broadcast-address, time-offset, routers;
#timeout 60;
#retry 60;
`;

test("a commented time-out is the default, a set one counts", () => {
  expect(dhcpTimeoutSeconds(DEBIAN)).toBe(300);
  expect(dhcpTimeoutSeconds(`${DEBIAN}timeout 60;\n`)).toBe(60);
  expect(dhcpTimeoutSeconds("# dhcpcd\ntimeout 30\n")).toBe(30);
});

test("NetworkManager names it otherwise", () => {
  expect(networkManagerTimeoutSeconds("[connection]\nipv4.dhcp-timeout=45\n")).toBe(45);
  expect(networkManagerTimeoutSeconds("[main]\nplugins=keyfile\n")).toBe(300);
});
