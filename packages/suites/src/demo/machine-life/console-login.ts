import { randomBytes } from "node:crypto";
import { type Node, sh } from "assay";
import { SerialConsole } from "assay/features";
import { type CaseContext, seconds } from "assay/suite";

/** The runbook variable `console_timeout` (seconds) changes it. */
const DEFAULT_PATIENCE_S = 180;
const USER = "assay-console";

export async function verifyConsoleLogin({ node, signal, variables, expect, fail }: CaseContext): Promise<void> {
  const console = node.feature(SerialConsole);
  const limits = { timeoutMs: seconds(Number(variables.console_timeout ?? DEFAULT_PATIENCE_S)), signal };
  const password = randomBytes(12).toString("hex");
  await addUser(node, password);
  try {
    const refusal = await console.login({ username: USER, password: "no-such-password" }, limits).then(
      () => undefined,
      (error: Error) => error,
    );
    if (refusal === undefined) fail(`The console of '${node.name}' lets a user in with a wrong password.`);
    else if (refusal.name !== "LoginRefused") throw refusal;
    await console.login({ username: USER, password }, limits);
    await console.write("id -un\n");
    const told = await console.readUntil(/id -un\n.+\n/, limits);
    expect(told.includes(`${USER}\n`), `The console of '${node.name}' logged in someone else: '${told.trim()}'.`);
    await console.write("exit\n");
  } finally {
    await node.run(["userdel", "--remove", "--force", USER], { sudo: true });
  }
}

async function addUser(node: Node, password: string): Promise<void> {
  await node.text(sh`PATH=$PATH:/usr/sbin:/sbin; useradd --create-home --shell /bin/sh ${USER} && chpasswd`, {
    sudo: true,
    stdin: `${USER}:${password}\n`,
    secrets: [password],
  });
}
