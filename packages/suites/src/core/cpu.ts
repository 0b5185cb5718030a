import { type CaseContext, suite } from "assay/suite";
import { isKernelAtLeast, Lscpu } from "assay/tools";
import { l3BlockSize, l3Violations } from "./l3-cache.ts";

export default suite("CPU", { area: "core", about: "Processors and their caches as the guest sees them." }, ({
  test,
}) => {
  test(
    "verify_cpu_count",
    { about: "The number of processors is sockets times cores times threads.", priority: 1 },
    verifyCpuCount,
  );
  test(
    "verify_l3_cache",
    { about: "Processors share L3 caches within their socket and NUMA node.", priority: 1 },
    verifyL3Cache,
  );
});

async function verifyCpuCount({ node, expect, log }: CaseContext): Promise<void> {
  const cpu = await node.tool(Lscpu).topology();
  const topology =
    cpu.clusters === undefined
      ? `${cpu.sockets} sockets x ${cpu.coresPerSocket} cores x ${cpu.threadsPerCore} threads`
      : `${cpu.clusters} clusters x ${cpu.coresPerCluster} cores x ${cpu.threadsPerCore} threads`;
  log.info(`${cpu.cpuCount} CPUs: ${topology}`);
  expect(
    cpu.cpuCount === cpu.topologyCpuCount,
    `lscpu on '${node.name}' counts ${cpu.cpuCount} CPUs, but its ${topology} are ${cpu.topologyCpuCount}.`,
  );
}

async function verifyL3Cache({ node, expect, log, skip }: CaseContext): Promise<void> {
  const { cmdline, kernelRelease } = await node.facts();
  if (/\bnuma=off\b/.test(cmdline) && !isKernelAtLeast(kernelRelease, 2, 6, 38)) {
    skip("This kernel runs with 'numa=off', which hides where its caches are.");
  }
  const lscpu = node.tool(Lscpu);
  const { modelName = "", threadsPerCore = 1 } = await lscpu.topology();
  const cpus = (await lscpu.extended()).filter(({ isOnline }) => isOnline);
  for (const { cpu, node: numaNode, socket, l3 } of cpus) {
    log.info(`CPU ${cpu}: NUMA node ${numaNode}, socket ${socket}, L3 cache ${l3}`);
  }
  if (cpus.every(({ l3 }) => l3 === undefined)) {
    skip("No processor tells of its L3 cache.");
  }
  const violations = l3Violations(cpus, l3BlockSize(modelName, threadsPerCore));
  expect(violations.length === 0, `The L3 caches of '${node.name}' are mapped wrongly. ${violations.join(" ")}`);
}
