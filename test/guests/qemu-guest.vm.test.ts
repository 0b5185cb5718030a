import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { Workspace } from "../cli/run-assay.ts";

const SUITE = `import { suite } from "assay/suite";
export default suite("Inside", { area: "inside", about: "What a guest is." }, ({ test }) => {
  test("verify_guest", { about: "Commands, files and a reboot of the guest.", priority: 1, requires: { remote: true, cores: 2 } }, async ({ node, log }) => {
    const facts = await node.facts();
    log.info("cores " + facts.cpuCount + ", " + facts.id + " " + facts.versionId);
    await node.shell.write("/tmp/inside", "a file\\n");
    await node.shell.upload("/etc/os-release", "/tmp/of-the-host");
    log.info(await node.text(["cat", "/tmp/inside"]));
    log.info("marker " + await node.text(["cat", "/etc/assay-marker"]));
  });
});
`;

test("a Debian guest boots on a node that is reached over SSH, serves a case and is gone", async () => {
  await using server = await startSshServer();
  const folder = await mkdtemp(join(tmpdir(), "assay-qemu-guest-"));
  const work = join(folder, "work");
  try {
    await writeFile(join(folder, "key"), server.privateKey, { mode: 0o600 });
    const space = new Workspace({
      "suite.ts": SUITE,
      "extra.yml": "write_files: [{ path: /etc/assay-marker, content: from the runbook }]\n",
      "r.yml": `name: inside
extension: [suite.ts]
platform:
  - type: ready
    guest_enabled: true
    guests:
      - type: qemu
        name: inner
        image: ${process.env.ASSAY_TEST_IMAGE ?? "debian-12"}
        lisa_working_dir: ${work}
        cloud_init: { extra_user_data: extra.yml }
        capability: { core_count: 2, memory_mb: 768 }
environment:
  environments:
    - nodes:
        - { type: remote, name: outer, address: 127.0.0.1, port: ${server.port}, username: ${server.username}, private_key_file: ${join(folder, "key")} }
testcase: [{ criteria: { area: inside } }]
`,
    });
    const { stdout, stderr } = await space.assay(["run", "-r", "r.yml", "--json"]);
    const [result] = JSON.parse(stdout).results;
    expect([result?.status, result?.message, stderr]).toEqual(["PASSED", "", expect.any(String)]);
    expect(result.environment).toBe("ready-1(gst)");
    const path = join(space.path, "runs", space.runs[0] ?? "");
    const log = await readFile(join(path, "cases", result.resultId, "case.log"), "utf8");
    expect(log).toMatch(/cores 2, debian 12[\s\S]*a file[\s\S]*marker from the runbook/);
    const journal = await readFile(join(path, "journal.ndjson"), "utf8");
    expect(journal).toMatch(/"outer\.inner-0":"qemu guest on 'outer' \((?:kvm|tcg), 2 cores, 768 MiB\)"/);
    // The copied image stays for the next run; the guest and its folder are gone.
    expect(await readdir(work)).toEqual(["assay-files"]);
    const processes = await readdir("/proc");
    const commands = await Promise.all(
      processes.map((id) => (/^\d+$/.test(id) ? readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "") : "")),
    );
    expect(commands.filter((command) => command.includes(work) && command.includes("qemu"))).toEqual([]);
    expect(existsSync(work)).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
