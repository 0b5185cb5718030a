import { sh } from "../../../node/shell/command.ts";
import type { InstallKernel } from "../installed-kernel.ts";
import { prepareCode } from "./prepare-code.ts";

const BUILD_TIMEOUT_MS = 14_400_000;
const INSTALL_TIMEOUT_MS = 3_600_000;

/** Builds a kernel on the node and installs it with its modules. */
export const installFromSource: InstallKernel = async (installer, node, context) => {
  const { folder, information } = await prepareCode(installer, node, context);
  await node.text(sh`make -j"$(nproc)"`, { cwd: folder, timeoutMs: BUILD_TIMEOUT_MS });
  const release = (await node.text(sh`make -s kernelrelease`, { cwd: folder })).trim();
  context.log.info(`The kernel ${release} is built.`);
  // Stripped modules make an initial file system of a usual size.
  await node.text(sh`make modules_install INSTALL_MOD_STRIP=1 && make install`, {
    cwd: folder,
    sudo: true,
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  return { release, information };
};
