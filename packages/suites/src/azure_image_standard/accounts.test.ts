import { parsePasswd, parseShadow } from "assay/tools";
import { expect, test } from "vitest";
import { accountsWithPassword, canLogIn, openKeys } from "./accounts.ts";

test("accounts whose shell lets nobody in do not count", () => {
  const users = parsePasswd(`root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
debian:x:1000:1000:Debian:/home/debian:/bin/bash
`);
  expect(users.filter(canLogIn).map(({ name }) => name)).toEqual(["root", "debian"]);
});

test("only a password that opens the account counts", () => {
  const shadow = parseShadow(`root:*:19700:0:99999:7:::
locked:!$y$j9T$abc:19700:0:99999:7:::
empty::19700:0:99999:7:::
placeholder:x:19700::::::
old:xAbCdEfGhIjKl:19700:0:99999:7:::
open:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7:19700:0:99999:7:::
`);
  expect(accountsWithPassword(shadow)).toEqual(["old", "open"]);
});

test("cloud-init's guard in front of root's key is not a way in", () => {
  const guard = `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \\"debian\\" rather than the user \\"root\\".';echo;sleep 10;exit 142" ssh-ed25519 AAAAC3Nza key`;
  expect(openKeys(`# keys\n\n${guard}\n`)).toEqual([]);
  expect(openKeys(`${guard}\nssh-ed25519 AAAAC3Nzb other\n`)).toEqual(["ssh-ed25519 AAAAC3Nzb other"]);
});
