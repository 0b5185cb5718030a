import { posix } from "node:path";
import type { Node } from "../../node/node.ts";
import { sh } from "../../node/shell/command.ts";
import { flagOf, nodeOf, textOf } from "../inputs.ts";
import { remoteFiles } from "../remote-files.ts";
import { requireFamily } from "../require-family.ts";
import type { Outputs, Transformer } from "../transformer.ts";
import { prepareCode } from "./source/prepare-code.ts";

const BUILD_TIMEOUT_MS = 14_400_000;
const CACHE_ENTRIES = 100;

/** Builds deb packages of a kernel; those of a commit and version that was built before may come from a cache. */
export const kernelSourcePackager: Transformer = {
  type: "kernel_source_packager",
  async run(inputs, context) {
    const node = nodeOf(context);
    await requireFamily(node, ["debian"]);
    const { folder, information } = await prepareCode(inputs, node, context, ["debhelper", "fakeroot"]);
    const version = (await node.text(sh`make -s kernelversion`, { cwd: folder })).trim();
    const root = flagOf(inputs, "use_cache", false) ? (textOf(inputs, "cache_destination") ?? "/default") : undefined;
    const entry = root === undefined ? undefined : posix.join(root, `${information.commit_id ?? "unknown"}-${version}`);
    if (entry !== undefined && (await node.run(["test", "-d", entry], { sudo: true })).exitCode === 0) {
      context.log.info(`The packages were built before and are in '${entry}'.`);
      await node.text(["touch", "--", entry], { sudo: true });
      return await packagesIn(node, entry);
    }
    const built = (await node.text(["mktemp", "-d", "/var/tmp/assay-kernel-packages-XXXXXX"])).trim();
    await node.text(sh`make -j"$(nproc)" bindeb-pkg`, { cwd: folder, timeoutMs: BUILD_TIMEOUT_MS });
    // The build leaves its packages in the folder above the code.
    await node.text(sh`mv -- ../linux-*.deb ${built}/`, { cwd: folder });
    if (root === undefined || entry === undefined) return await packagesIn(node, built);
    await keep(node, built, root, entry);
    return await packagesIn(node, entry);
  },
};

async function packagesIn(node: Node, folder: string): Promise<Outputs> {
  return { package_dir: folder, packages: await remoteFiles(node, folder, ["*"], ".deb") };
}

/** Moves the packages into the cache; the entries that were not used for longest make room. */
async function keep(node: Node, built: string, root: string, entry: string): Promise<void> {
  const script = sh`mkdir -p ${root} && mv -- ${built} ${entry} && cd ${root} &&
ls -1t | tail -n ${`+${CACHE_ENTRIES + 1}`} | while IFS= read -r old; do rm -rf -- "$old"; done`;
  await node.text(script, { sudo: true });
}
