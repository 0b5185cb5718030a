import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { shellContract } from "../../packages/assay/src/testing/shell-contract.ts";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

for (const useChannel of [true, false]) {
  shellContract(`SSH ${useChannel ? "with command channels" : "with a channel for each command"}`, async () => {
    const server = await startSshServer();
    const { address, port, username, privateKey } = server;
    const shell = await connectSsh({ address, port, username, privateKey, useChannel });
    return {
      shell,
      [Symbol.asyncDispose]: async () => {
        await shell[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  });
}
