import { expect, test } from "vitest";
import { machineArguments } from "./machine-arguments.ts";
import type { MachineSpec } from "./machine-spec.ts";

const spec: MachineSpec = {
  name: "qemu-1",
  accelerator: "tcg",
  cores: 2,
  memoryMb: 1024,
  hardware: {},
  privateMac: undefined,
  firmware: undefined,
  hasTpm: false,
  hasVirtiofs: false,
  disk: [
    { path: "/m/disk.qcow2", format: "qcow2" },
    { path: "/i/image.vhd", format: "vpc" },
  ],
  seed: "/m/seed.iso",
  ignition: undefined,
  kernel: undefined,
  serialLog: "/r/a,b/serial.log",
  memory: undefined,
  isIncoming: false,
  generationId: "6f3a0d3e-0000-4000-8000-000000000000",
};
const after = (option: string, given: MachineSpec) => {
  const all = machineArguments(given);
  return all.flatMap((argument, index) => (argument === option ? [all[index + 1] ?? ""] : []));
};

test("the image below the overlay is opened read-only in its own format", () => {
  const disk = JSON.parse(after("-blockdev", spec)[0] ?? "");
  expect(disk).toMatchObject({ driver: "qcow2", backing: { driver: "vpc", "read-only": true } });
  // A vhd can have no backing file; naming one would make QEMU refuse it.
  expect(disk.backing).not.toHaveProperty("backing");
});

test("a fork maps the template's memory privately and waits for its state", () => {
  const fork: MachineSpec = { ...spec, memory: { path: "/t/memory", access: "private" }, isIncoming: true };
  expect(after("-object", fork)).toContain("memory-backend-file,id=memory0,size=1024M,mem-path=/t/memory,share=off");
  expect(after("-machine", fork)[0]).toContain("memory-backend=memory0");
  expect(after("-incoming", fork)).toEqual(["defer"]);
});

test("all memory of a machine with a folder over virtiofs is open to its daemon", () => {
  const served: MachineSpec = { ...spec, hasVirtiofs: true };
  expect(after("-object", served)).toContain("memory-backend-memfd,id=memory0,size=1024M,share=on");
  expect(after("-machine", served)[0]).toContain("memory-backend=memory0");
  expect(after("-chardev", served)).toContain("socket,id=virtiofs-line,fd=13");
  // The device comes later: a fork's state knows nothing of it.
  expect(after("-device", served)).toEqual(after("-device", spec));
  const numa = [
    { cores: 1, memoryMb: 512 },
    { cores: 1, memoryMb: 256 },
  ];
  expect(after("-object", { ...served, hardware: { numa } })).toEqual(
    expect.arrayContaining([
      "memory-backend-memfd,id=memory0,size=512M,share=on",
      "memory-backend-memfd,id=memory1,size=256M,share=on",
    ]),
  );
  const fork: MachineSpec = { ...served, memory: { path: "/m/memory", access: "shared" }, isIncoming: true };
  expect(after("-object", fork)).toContain("memory-backend-file,id=memory0,size=1024M,mem-path=/m/memory,share=on");
  const huge: MachineSpec = { ...served, hardware: { hasHugepages: true } };
  expect(after("-object", huge)).toContain("memory-backend-memfd,id=memory0,size=1024M,hugetlb=on");
});

test("UEFI code is read-only and its variables are the machine's own", () => {
  const uefi: MachineSpec = { ...spec, firmware: { code: "/f/CODE.fd", variables: "/m/VARS.fd", needsSmm: false } };
  const [code, variables] = after("-blockdev", uefi).map((text) => JSON.parse(text));
  expect(code).toMatchObject({ "node-name": "firmware-code", "read-only": true });
  expect(variables).toMatchObject({ "node-name": "firmware-variables", "read-only": false });
});

test("only Secure Boot has System Management Mode, and its variables are out of the kernel's reach", () => {
  const firmware = { code: "/f/CODE.fd", variables: "/m/VARS.fd", needsSmm: true };
  const secure: MachineSpec = { ...spec, firmware };
  expect(after("-machine", secure)[0]).toMatch(/^q35,.*smm=on/);
  expect(after("-global", secure)).toContain("driver=cfi.pflash01,property=secure,value=on");
  const usual: MachineSpec = { ...spec, firmware: { ...firmware, needsSmm: false } };
  expect(after("-global", usual)).toEqual([]);
  expect(after("-machine", usual)[0]).not.toContain("smm");
});

test("a TPM speaks over the inherited connection, and stands behind the devices of the usual machine", () => {
  const device = machineArguments(spec);
  const withTpm = machineArguments({ ...spec, hasTpm: true });
  expect(after("-device", { ...spec, hasTpm: true }).at(-1)).toBe("tpm-crb,tpmdev=tpm0");
  expect(withTpm.filter((argument) => argument.includes("fd=11"))).toHaveLength(1);
  expect(device.join(" ")).not.toContain("tpm");
});

test("a comma in a path does not end the option", () => {
  expect(after("-chardev", spec).find((text) => text.includes("serial0"))).toContain("logfile=/r/a,,b/serial.log");
});

test("the guest reaches no display, no default device and no way to start programs", () => {
  const all = machineArguments(spec);
  expect(all).toContain("-nodefaults");
  expect(after("-sandbox", spec)[0]).toContain("spawn=deny");
  expect(after("-netdev", spec)[0]).toContain("hostfwd=tcp:127.0.0.1:0-:22");
});

test("a machine of several has one more interface, which leads to the inherited socket alone", () => {
  const one = after("-netdev", { ...spec, privateMac: "52:54:00:a5:5a:01" });
  expect(one).toHaveLength(2);
  expect(one[1]).toBe("socket,id=net1,fd=9");
  expect(after("-netdev", spec)).toHaveLength(1);
});

test("a kernel, an Ignition configuration and no seed", () => {
  const kernel = { name: "6.1", path: "/k/vmlinuz", initrd: undefined, commandLine: "root=/dev/vda1 a,b", digest: "0" };
  const direct: MachineSpec = { ...spec, seed: undefined, ignition: "/m/i,g.json", kernel };
  expect(after("-kernel", direct)).toEqual(["/k/vmlinuz"]);
  expect(after("-initrd", direct)).toEqual([]);
  expect(after("-append", direct)).toEqual(["root=/dev/vda1 a,b"]);
  expect(after("-fw_cfg", direct)).toEqual([
    "name=opt/org.flatcar-linux/config,file=/m/i,,g.json",
    "name=opt/com.coreos/config,file=/m/i,,g.json",
  ]);
  expect(machineArguments(direct).join(" ")).not.toMatch(/seed0|bootindex/);
  expect(after("-initrd", { ...spec, kernel: { ...kernel, initrd: "/k/initrd" } })).toEqual(["/k/initrd"]);
});

const numa = [
  { cores: 1, memoryMb: 512 },
  { cores: 2, memoryMb: 256 },
  { cores: 0, memoryMb: 256 },
];
test.each<[string, Partial<MachineSpec>, readonly string[]]>([
  ["-smp", {}, ["2,maxcpus=8"]],
  [
    "-smp",
    { cores: 4, hardware: { topology: { sockets: 1, cores: 2, threads: 2 } } },
    ["4,maxcpus=8,sockets=2,cores=2,threads=2"],
  ],
  // Each node needs sockets of its own; these have different numbers of processors.
  ["-smp", { cores: 3, hardware: { numa } }, ["3,maxcpus=3,sockets=3,cores=1,threads=1"]],
  [
    "-numa",
    { cores: 3, hardware: { numa } },
    ["node,nodeid=0,memdev=memory0,cpus=0-0", "node,nodeid=1,memdev=memory1,cpus=1-2", "node,nodeid=2,memdev=memory2"],
  ],
  [
    "-object",
    { hardware: { numa: numa.slice(0, 2) }, memory: { path: "/t/memory", access: "private" } },
    [
      "memory-backend-file,id=memory0,size=512M,mem-path=/t/memory,share=off",
      "memory-backend-file,id=memory1,size=256M,mem-path=/t/memory-1,share=off",
      "rng-builtin,id=rng0",
    ],
  ],
  [
    "-object",
    { hardware: { hasHugepages: true } },
    ["memory-backend-memfd,id=memory0,size=1024M,hugetlb=on", "rng-builtin,id=rng0"],
  ],
  ["-machine", { hardware: { hasHugepages: true } }, ["q35,graphics=off,vmport=off,memory-backend=memory0"]],
  ["-machine", { hardware: { machineType: "pc", numa } }, ["pc,graphics=off,vmport=off"]],
  ["-cpu", { hardware: { cpu: "EPYC,-svm" } }, ["EPYC,-svm"]],
  [
    "-fsdev",
    { hardware: { share: { path: "/a,b", tag: "t", isReadOnly: true } } },
    ["local,id=share0,path=/a,,b,security_model=none,readonly=on"],
  ],
])("%s of %j", (option, hardware, values) => {
  expect(after(option, { ...spec, ...hardware })).toEqual(values);
});

test.each<[MachineSpec["hardware"], string]>([
  [{ nicModel: "igb" }, "igb,netdev=net0,romfile="],
  [{ diskBus: "nvme" }, "nvme,serial=assay-disk0,drive=disk0,bootindex=0"],
  [{ diskBus: "sata", machineType: "pc" }, "ide-hd,bus=sata0.0,drive=disk0,bootindex=0"],
  [{ hasVsock: true }, "vhost-vsock-pci,id=vsock0,guest-cid=116629718"],
  [{ cdrom: "/d.iso" }, "ide-cd,id=cdrom0,bus=ide.1,drive=cdrom0"],
  [{ extraArguments: ["-device", "own,a=b"] }, "own,a=b"],
])("%j is a device of the machine", (hardware, device) => {
  expect(after("-device", { ...spec, hardware })).toContain(device);
  expect(after("-device", spec)).not.toContain(device);
});

test("two machines have different vsock addresses", () => {
  const hardware = { hasVsock: true } as const;
  const other = { ...spec, hardware, generationId: "0f3a0d3e-0000-4000-8000-000000000000" };
  expect(after("-device", other)).not.toEqual(after("-device", { ...spec, hardware }));
  expect(after("-device", other).at(-1)).toMatch(/guest-cid=\d{4,10}$/);
});
