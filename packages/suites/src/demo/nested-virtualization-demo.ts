import { sh } from "assay";
import { NestedVirtualization } from "assay/features";
import { type CaseContext, suite } from "assay/suite";
import { Modprobe } from "assay/tools";
import { ANSWER, RUN_NESTED_MACHINE } from "./nested-machine.ts";

export default suite("NestedVirtualizationDemo", {
  area: "demo",
  about: "Machines that run virtual machines of their own.",
  requires: { features: [NestedVirtualization] },
}, ({ test }) => {
  test(
    "verify_nested_machine_runs",
    {
      about: "The kernel makes a virtual machine with KVM, which runs a program of its own.",
      priority: 2,
    },
    verifyNestedMachineRuns,
  );
});

const MODULES = { svm: "kvm_amd", vmx: "kvm_intel" } as const;

async function verifyNestedMachineRuns({ node, expect, skip }: CaseContext): Promise<void> {
  const { extension } = node.feature(NestedVirtualization);
  const shown = await node.run(sh`grep -qw ${extension} /proc/cpuinfo`);
  expect(shown.exitCode === 0, `The processors of '${node.name}' do not show '${extension}' in /proc/cpuinfo.`);
  const module = node.tool(Modprobe);
  if ((await module.state(MODULES[extension])) === "loadable") await module.load(MODULES[extension]);
  const { exitCode } = await node.run(["test", "-c", "/dev/kvm"]);
  expect(exitCode === 0, `'${node.name}' has no '/dev/kvm': its kernel has no KVM, or could not load it.`);
  if ((await node.run(["perl", "-e", "1"])).exitCode !== 0) skip("The program that makes a machine is in Perl.");
  const done = await node.run(["perl", "-e", RUN_NESTED_MACHINE], { sudo: true, timeoutMs: 120_000 });
  const said = `${done.stdout}${done.stderr}`.trim();
  expect(done.exitCode === 0 && said === `${ANSWER}`, `The machine inside '${node.name}' did not run: ${said}`);
}
