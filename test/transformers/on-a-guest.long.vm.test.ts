import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";

const RUNBOOK = `name: prepared
extension: prepared
platform:
  - type: qemu
    qemu: { image: ${process.env.ASSAY_TEST_IMAGE ?? "debian-12"} }
transformer:
  - type: file_uploader
    phase: environment_connected
    source: files
    destination: /var/tmp/prepared
    files: ["*"]
  - type: script_file
    phase: environment_connected
    depends_on: [file_uploader]
    scripts:
      - { script: /var/tmp/prepared/mark.sh, args: "'one word' two", expected_exit_code: 3 }
  - type: deb_package_installer
    phase: environment_connected
    depends_on: [file_uploader]
    directory: /var/tmp/prepared
    files: [assay-probe.deb]
  - type: host_kernel_boot_parameters
    phase: environment_connected
    depends_on: [script_file, deb_package_installer]
    parameters: assay.level=$(level)
variable:
  - { name: level, value: 0, is_case_visible: true }
combinator:
  type: grid
  items:
    - { name: level, value: [1, 2] }
testcase:
  - criteria: { area: prepared }
`;

const SUITE = `import { sh } from "assay";
import { suite } from "assay/suite";

export default suite("Prepared", { area: "prepared", about: "A machine that was prepared." }, ({ test }) => {
  test("verify_prepared", { about: "It is.", priority: 1 }, async ({ node, variables, expect }) => {
    const found = await node.text(sh\`cat /proc/cmdline /var/tmp/marked; dpkg-query -W -f '\${"$"}{Version}' assay-probe\`);
    for (const part of [\`assay.level=\${variables.level}\`, "<one word> <two> 0", "4.2"]) {
      expect(found.includes(part), \`'\${part}' is not in: \${found}\`);
    }
  });
});
`;

/** A package without files, as a file. */
function debPackage(space: Workspace): void {
  const root = join(space.path, "package");
  mkdirSync(join(root, "DEBIAN"), { recursive: true });
  const control = "Package: assay-probe\nVersion: 4.2\nArchitecture: all\nMaintainer: nobody\nDescription: probe\n";
  writeFileSync(join(root, "DEBIAN", "control"), control);
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", root, join(space.path, "files", "assay-probe.deb")]);
}

test("machines are prepared with files, scripts, packages and kernel parameters before their cases, in each combination", async () => {
  const space = new Workspace({
    "r.yml": RUNBOOK,
    "prepared/prepared.ts": SUITE,
    "files/mark.sh": 'echo "<$1> <$2> $(id -u)" > /var/tmp/marked\nexit 3\n',
  });
  debPackage(space);
  const run = await space.assay(["run", "-r", "r.yml", "--json"]);
  const { exitCode, results } = JSON.parse(run.stdout);
  expect(
    results.map(({ status, message }: { status: string; message: string }) => [status, message]),
    run.stderr,
  ).toEqual([
    ["PASSED", ""],
    ["PASSED", ""],
  ]);
  expect(exitCode).toBe(0);
});
