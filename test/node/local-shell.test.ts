import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { shellContract } from "../../packages/assay/src/testing/shell-contract.ts";

shellContract("local", async () => ({ shell: new LocalShell(), [Symbol.asyncDispose]: async () => {} }));
