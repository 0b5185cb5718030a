import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { type ShellUnderTest, shellContract } from "../../packages/assay/src/testing/shell-contract.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

shellContract("SSH with command channels of bash", async () => {
  const server = await startSshServer({ searchFolder: "bin" });
  // On many distributions sh is bash, which speaks of its children and reads its input in another way than dash.
  await symlink("/bin/bash", join(server.folder, "bin", "sh"));
  return await openShell(server, true);
});

for (const useChannel of [true, false]) {
  shellContract(`SSH ${useChannel ? "with command channels" : "with a channel for each command"}`, async () => {
    return await openShell(await startSshServer(), useChannel);
  });
}

async function openShell(server: SshServer, useChannel: boolean): Promise<ShellUnderTest> {
  const { address, port, username, privateKey } = server;
  const shell = await connectSsh({ address, port, username, privateKey, useChannel });
  return {
    shell,
    [Symbol.asyncDispose]: async () => {
      await shell[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
