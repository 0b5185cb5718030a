import { mkdtempSync, writeFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { connectReadyNode } from "../../packages/assay/src/platforms/ready/connect-ready-node.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { findTransformer } from "../../packages/assay/src/transformers/registry.ts";
import type { Inputs, Outputs, TransformerContext } from "../../packages/assay/src/transformers/transformer.ts";

/** A machine that is reached over real SSH: this one, with programs of the test in front of its own. */
export interface RemoteNode extends AsyncDisposable {
  readonly node: Node;
  readonly server: SshServer;
  /** Keys of a `connection` to it. */
  readonly connection: Inputs;
  /** Empty folder of the test. */
  readonly folder: string;
  /** What was logged, in order. */
  readonly logged: string[];
  /** Puts a program in front of the machine's own of this name. */
  program(name: string, script: string): Promise<void>;
  run(type: string, inputs: Inputs, more?: Partial<TransformerContext>): Promise<Outputs>;
}

export async function openRemoteNode(): Promise<RemoteNode> {
  const server = await startSshServer({ searchFolder: "programs" });
  const folder = mkdtempSync(join(tmpdir(), "assay-transformer-"));
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, server.privateKey, { mode: 0o600 });
  const { address, port, username } = server;
  const connection = { address, port, username, private_key_file: keyFile };
  const connect = (): Promise<Node> =>
    connectReadyNode(
      { name: "node", address, port, username, password: undefined, privateKeyFile: keyFile },
      0,
      AbortSignal.timeout(60_000),
    );
  const node = await connect();
  const logged: string[] = [];
  return {
    node,
    server,
    connection,
    folder,
    logged,
    async program(name, script) {
      const path = join(server.folder, "programs", name);
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
    },
    async run(type, inputs, more = {}) {
      const transformer = await findTransformer(type);
      if (transformer === undefined) throw new Error(`There is no transformer '${type}'.`);
      const opened: Node[] = [];
      try {
        return await transformer.run(inputs, {
          node,
          connect: async () => {
            const other = await connect();
            opened.push(other);
            return other;
          },
          variables: new Map(),
          log: { info: (text) => logged.push(text), warn: (text) => logged.push(`warning: ${text}`) },
          logFolder: folder,
          runbookFolder: folder,
          signal: AbortSignal.timeout(60_000),
          ...more,
        });
      } finally {
        for (const other of opened) await other.shell[Symbol.asyncDispose]();
      }
    },
    async [Symbol.asyncDispose]() {
      await node.shell[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
