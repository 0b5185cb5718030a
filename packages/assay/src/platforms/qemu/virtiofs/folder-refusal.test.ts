import { expect, test } from "vitest";
import type { HostOffer } from "../host/host-offer.ts";
import { folderRefusal, hasBesideFolder } from "./folder-refusal.ts";

const share = { path: "/d", tag: "d", isReadOnly: false, driver: "virtiofs" } as const;
const shapeOf = (virtiofs = share) => ({ cores: 1, memoryMb: 256, virtiofs });
const old = { path: "/usr/lib/qemu/virtiofsd", kind: "c", hasReadOnly: false } as const;
const rust = { ...old, kind: "rust" } as const;
const qemu = {
  version: "7.2.22",
  machines: [],
  processors: [],
  devices: ["vhost-user-fs-pci"],
  emulatedExtension: null,
};
const root = { daemon: old, mayMount: true, hasUserNamespaces: true };
const user = { daemon: rust, mayMount: false, hasUserNamespaces: true };
type Given = Partial<Pick<HostOffer, "qemu" | "virtiofs">>;
const refuse = (given: Given, { isReadOnly = false, features = [] as readonly string[] } = {}) =>
  folderRefusal({ features }, [{ ...shapeOf(), virtiofs: { ...share, isReadOnly } }], {
    qemu,
    virtiofs: root,
    ...given,
  });

test.each<[Given, { readonly isReadOnly?: boolean; readonly features?: readonly string[] }, string | undefined]>([
  [{}, {}, undefined],
  [{}, { isReadOnly: true }, undefined],
  [{ virtiofs: user }, {}, undefined],
  [{ virtiofs: { ...user, daemon: { ...rust, hasReadOnly: true } } }, { isReadOnly: true }, undefined],
  [
    { virtiofs: { ...root, daemon: undefined } },
    {},
    "it needs virtiofsd: install it with 'apt-get install qemu-system-common'.",
  ],
  [
    { qemu: { ...qemu, version: "10.0.2" }, virtiofs: { ...root, daemon: undefined } },
    {},
    "it needs virtiofsd: install it with 'apt-get install virtiofsd'.",
  ],
  [
    { qemu: { ...qemu, devices: [] } },
    {},
    "it needs the device 'vhost-user-fs-pci', which this QEMU (7.2.22) was built without.",
  ],
  [
    { virtiofs: { ...user, daemon: old } },
    {},
    "it needs virtiofsd, and '/usr/lib/qemu/virtiofsd' takes all rights of root: start assay as root of the host, or take virtiofsd 1.0 or newer.",
  ],
  [
    { virtiofs: { ...user, hasUserNamespaces: false } },
    {},
    "it needs virtiofsd, and '/usr/lib/qemu/virtiofsd' gets no namespace of its own here: allow user namespaces, or start assay as root.",
  ],
  [
    { virtiofs: user },
    { isReadOnly: true },
    "it needs a folder that is read only, for which '/usr/lib/qemu/virtiofsd' is too old: start assay as root, or take a newer one.",
  ],
  [
    {},
    { features: ["Disk", "Snapshot"] },
    "it needs the feature 'Snapshot', and its machine has a folder over virtiofs: QEMU keeps no state of it.",
  ],
])("%j with %j: %s", (given, wanted, reason) => {
  expect(refuse(given, wanted)).toBe(reason);
});

test("a machine without such a folder is refused for none of it", () => {
  const bare = { qemu: { ...qemu, devices: [] }, virtiofs: { ...user, daemon: undefined } };
  expect(folderRefusal({ features: ["Snapshot"] }, [{ cores: 1, memoryMb: 256 }], bare)).toBeUndefined();
});

test("a machine has the features that go with its folder", () => {
  expect(["Snapshot", "Hibernation", "Resize"].map((name) => hasBesideFolder(shapeOf(), name))).toEqual([
    false,
    false,
    true,
  ]);
  expect(hasBesideFolder({}, "Snapshot")).toBe(true);
});
