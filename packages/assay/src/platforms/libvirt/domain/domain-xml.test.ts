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
  machineType: "q35",
  cores: 2,
  memoryMb: 1024,
  firmware: "uefi",
  hasTpm: false,
  disk: "/pool/disk.qcow2",
  seed: undefined,
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
    { machineType: "pc" },
    ['machine="pc"', "pci-bridge,id=port7,bus=pci.0,chassis_nr=107,addr=0x17", "bus=pci.0,addr=0x18"],
    ["pcie-root", "pcie.0"],
  ],
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
