import { compressionOf } from "./compressions.ts";
import type { ImageFile } from "./image-file.ts";

const convert = (file: ImageFile): string => `Convert it with: qemu-img convert -O qcow2 '${file.path}' disk.qcow2`;
const unpack =
  (command: string) =>
  (file: ImageFile): string =>
    `Unpack it first, for example with: ${command} '${file.path}'`;

const others: readonly { at: number; bytes: Buffer; what: string; help: (file: ImageFile) => string }[] = [
  { at: 0, bytes: Buffer.from("COWD"), what: "a VMDK disk of VMware ESX 3", help: convert },
  { at: 0, bytes: Buffer.from("# Disk DescriptorFile"), what: "the description of a VMDK disk", help: convert },
  { at: 64, bytes: Buffer.from("7f10dabe", "hex"), what: "a VDI disk", help: convert },
  { at: 0, bytes: Buffer.from("504b0304", "hex"), what: "a ZIP archive", help: unpack("unzip") },
  { at: 257, bytes: Buffer.from("ustar"), what: "a tar archive", help: unpack("tar -xf") },
  { at: 32_769, bytes: Buffer.from("CD001"), what: "an ISO file", help: () => "Name the disk of an installed system." },
  {
    at: 1080,
    bytes: Buffer.from("53ef", "hex"),
    what: "a bare ext file system without a partition table and boot loader",
    help: () => "Name the image of a whole disk.",
  },
];

/** Recognizes files that people take for disk images, and what to do with them; undefined for anything else. */
export async function recognizeOther(
  file: ImageFile,
): Promise<{ readonly what: string; readonly help: string } | undefined> {
  const compression = await compressionOf(file);
  if (compression !== undefined) {
    const unpacking = `${[compression.program, ...compression.args].join(" ")} < '${file.path}' > disk`;
    return { what: `compressed with ${compression.name}`, help: `Unpack it with: ${unpacking}` };
  }
  for (const { at, bytes, help, what } of others) {
    if ((await file.peek(at, bytes.length)).equals(bytes)) return { what, help: help(file) };
  }
  return undefined;
}
