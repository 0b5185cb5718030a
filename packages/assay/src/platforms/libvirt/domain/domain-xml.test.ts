import { expect, test } from "vitest";
import { type DomainSpec, domainXml } from "./domain-xml.ts";
import { readMark } from "./mark.ts";
import { element, toXml } from "./xml.ts";

const spec: DomainSpec = {
  name: "assay-0123456789abcdef",
  uuid: "5f0ad1c1-6b14-4a3c-9a52-5a4f4a0c2f11",
  mark: {
    format: 1,
    runId: "run",
    name: "<node> & 'others'",
    machine: "here",
    controller: { pid: 1, startTime: "1", pidNamespace: "pid:[1]", bootId: "boot" },
    storage: "assay",
    isKept: false,
  },
  accelerator: "tcg",
  hardware: {},
  cores: 2,
  memoryMb: 1024,
  firmware: "uefi",
  hasTpm: false,
  disk: "/pool/disk.qcow2",
  seed: undefined,
  cdrom: undefined,
  ignition: undefined,
  kernel: undefined,
  network: { kind: "user", sshPort: 20_022 },
  privateNic: undefined,
};

test("what is special in XML is escaped in attributes and text, and control characters are dropped", () => {
  expect(toXml(element("a", { b: `<"&'>`, c: undefined }, "x < y & z\u0000\u001b"))).toBe(
    `<a b="&lt;&quot;&amp;'&gt;">x &lt; y &amp; z</a>\n`,
  );
  expect(toXml(element("a", {}, element("b"), undefined, element("c", { d: 1 })))).toBe(
    `<a>\n  <b/>\n  <c d="1"/>\n</a>\n`,
  );
});

test("the mark of a domain is read back as it was written, whatever the node's name is", () => {
  const [, printed = ""] = /(<assay:machine.*<\/assay:machine>)/s.exec(domainXml(spec)) ?? [];
  expect(readMark(printed)).toEqual(spec.mark);
});

test.each(["", "<machine/>", "<machine>bm90IGpzb24=</machine>", "<machine>e30=</machine>"])(
  "what is no mark of ours is none: %j",
  (printed) => {
    expect(readMark(printed)).toBeUndefined();
  },
);

test.each<[string, Partial<DomainSpec>, readonly string[], readonly string[]]>([
  [
    "TCG",
    {},
    ['<domain type="qemu"', 'mode="maximum"', "hostfwd=tcp:127.0.0.1:20022-:22"],
    ["host-passthrough", "cdrom"],
  ],
  ["KVM", { accelerator: "kvm" }, ['<domain type="kvm"', 'mode="host-passthrough"'], ['mode="maximum"']],
  ["BIOS", { firmware: "bios" }, ['<bios useserial="yes"/>'], ['firmware="efi"', "secure-boot"]],
  ["UEFI", {}, ['firmware="efi"', '<feature enabled="no" name="secure-boot"/>'], ["enrolled-keys", "<smm"]],
  [
    "Secure Boot",
    { firmware: "secure-boot" },
    ['<feature enabled="yes" name="enrolled-keys"/>', '<smm state="on"/>'],
    ['enabled="no"'],
  ],
  ["a TPM", { hasTpm: true }, ['<tpm model="tpm-crb">', '<backend type="emulator" version="2.0"/>'], []],
  ["a seed", { seed: "/pool/seed.iso" }, ['device="cdrom"', '<source file="/pool/seed.iso"/>'], []],
  [
    "a kernel of its own",
    { kernel: { path: "/pool/vmlinuz", initrd: "/pool/initrd", commandLine: "root=/dev/vda1 quiet" } },
    ["<kernel>/pool/vmlinuz</kernel>", "<initrd>/pool/initrd</initrd>", "<cmdline>root=/dev/vda1 quiet</cmdline>"],
    ["<boot"],
  ],
  ["Ignition", { ignition: "/pool/a,b.json" }, ["name=opt/com.coreos/config,file=/pool/a,,b.json"], []],
  [
    "a network of libvirt",
    { network: { kind: "network", name: "default", mac: "52:54:00:00:00:01" } },
    ['<source network="default"/>', '<mac address="52:54:00:00:00:01"/>'],
    ["hostfwd", "netdev="],
  ],
  [
    "a private interface",
    { privateNic: { mac: "52:54:00:a5:5a:01", port: 4000 } },
    ['<interface type="client">', '<source address="127.0.0.1" port="4000"/>', '<link state="down"/>'],
    [],
  ],
  [
    "i440fx",
    { hardware: { machineType: "pc" } },
    ['machine="pc"', "pci-bridge,id=port7,bus=pci.0,chassis_nr=107,addr=0x17", "bus=pci.0,addr=0x18"],
    ["pcie-root", "pcie.0"],
  ],
  [
    "a board of a version",
    { hardware: { machineType: "pc-q35-6.2" } },
    ['machine="pc-q35-6.2"', 'model="pcie-root-port"', "bus=pcie.0"],
    [],
  ],
  [
    "a topology",
    { cores: 4, hardware: { topology: { sockets: 1, cores: 2, threads: 2 } } },
    ['<vcpu current="4">8</vcpu>', '<topology sockets="2" cores="2" threads="2" dies="1"/>', 'cpus="0-7"'],
    [],
  ],
  [
    "nodes",
    {
      cores: 3,
      memoryMb: 768,
      hardware: {
        numa: [
          { cores: 1, memoryMb: 512 },
          { cores: 0, memoryMb: 128 },
          { cores: 2, memoryMb: 128 },
        ],
      },
    },
    [
      '<vcpu current="3">3</vcpu>',
      '<topology sockets="3" cores="1" threads="1" dies="1"/>',
      '<cell id="0" cpus="0-0" memory="512" unit="MiB"/>',
      '<cell id="1" memory="128" unit="MiB"/>',
      '<cell id="2" cpus="1-2" memory="128" unit="MiB"/>',
    ],
    [],
  ],
  [
    "a model of processors",
    { hardware: { cpu: "EPYC,-svm,+aes,avx=off,sse4.2=on,enforce" } },
    [
      '<cpu mode="custom" match="exact" check="partial">',
      '<model fallback="forbid">EPYC</model>',
      '<feature policy="disable" name="svm"/>',
      '<feature policy="require" name="aes"/>',
      '<feature policy="disable" name="avx"/>',
      '<feature policy="require" name="sse4.2"/>',
    ],
    ["enforce"],
  ],
  [
    "all processors but a part",
    { hardware: { cpu: "max,-svm" } },
    ['mode="maximum">', 'name="svm"'],
    ["<model fallback"],
  ],
  [
    "the host's processors",
    { accelerator: "kvm", hardware: { cpu: "host" } },
    ['mode="host-passthrough">'],
    ["<model fallback"],
  ],
  ["huge pages", { hardware: { hasHugepages: true } }, ["<hugepages/>"], []],
  [
    "other cards",
    { hardware: { nicModel: "e1000e" }, privateNic: { mac: "52:54:00:a5:5a:01", port: 4000 } },
    ['<model type="e1000e"/>', 'value="e1000e,id=assay-net0'],
    ["virtio-net", '<model type="virtio"/>'],
  ],
  [
    "a system on SCSI and a seed",
    { hardware: { diskBus: "virtio-scsi" }, seed: "/pool/seed.iso" },
    ['<target dev="sda" bus="scsi"/>', 'bus="0" target="0" unit="0"/>', 'bus="0" target="0" unit="1"/>'],
    ["vda"],
  ],
  ["a system on SATA", { hardware: { diskBus: "sata" } }, ['<target dev="sda" bus="sata"/>'], ["vda"]],
  ["a system on USB", { hardware: { diskBus: "usb" } }, ['<target dev="sda" bus="usb"/>'], ["vda"]],
  [
    "a system on IDE and a disc",
    { hardware: { machineType: "pc", diskBus: "ide" }, cdrom: "/pool/disc.iso" },
    ['<target dev="hda" bus="ide"/>', '<source file="/pool/disc.iso"/>', '<target dev="hdc" bus="ide"/>'],
    [],
  ],
  [
    "what leads to the host",
    { hardware: { hasVsock: true, share: { path: "/a&b", tag: "data", isReadOnly: true } } },
    [
      '<cid auto="yes"/>',
      '<filesystem type="mount" accessmode="squash">',
      'dir="/a&amp;b"',
      'dir="data"',
      "<readonly/>",
    ],
    [],
  ],
  ["arguments of one's own", { hardware: { extraArguments: ["-device", "edu"] } }, ['<qemu:arg value="edu"/>'], []],
  [
    "room to grow",
    { cores: 2, memoryMb: 512 },
    [
      '<vcpu current="2">8</vcpu>',
      '<maxMemory slots="4" unit="MiB">8704</maxMemory>',
      '<cell id="0" cpus="0-7" memory="512" unit="MiB"/>',
      "pcie-root-port,id=port7,bus=pcie.0,chassis=107,io-reserve=0,addr=0x10.0x7",
    ],
    [],
  ],
  [
    "guards",
    {},
    [
      '<memballoon model="virtio" autodeflate="on"/>',
      '<watchdog model="i6300esb" action="reset">',
      '<panic model="isa"/>',
      '<qemu:arg value="panic=none"/>',
    ],
    [],
  ],
])("the domain of a machine with %s", (_, change, has, lacks) => {
  const xml = domainXml({ ...spec, ...change });
  for (const part of has) expect(xml).toContain(part);
  for (const part of lacks) expect(xml).not.toContain(part);
});
