import { ImageError } from "../../errors/catalogue.ts";
import { ImageFile } from "../formats/image-file.ts";

/** What the head of a kernel file tells. */
export interface KernelFile {
  readonly architecture: "x86_64" | "aarch64";
  /** As `uname -r` will say it; undefined where the file does not tell. */
  readonly release: string | undefined;
}

// Places of the x86 header: Linux, Documentation/arch/x86/boot.rst.
const x86 = { bootFlag: 0x1fe, magic: 0x202, protocol: 0x206, versionPointer: 0x20e, loadFlags: 0x211 } as const;
const loadedHigh = 1;
/** The oldest protocol with an initial RAM disk anywhere in memory and a command line of its own (Linux 2.4). */
const oldestProtocol = 0x202;
// Linux, Documentation/arch/arm64/booting.rst.
const arm64MagicAt = 56;
const arm64Magic = "ARM\x64";

interface Stranger {
  readonly at: number;
  readonly bytes: Buffer;
  readonly what: string;
  readonly help: string;
}
const strangers: readonly Stranger[] = [
  {
    at: 0,
    bytes: Buffer.from("\x7fELF", "latin1"),
    what: "an ELF program, such as an unpacked vmlinux",
    help: "Name what the build leaves in arch/x86/boot/bzImage or arch/arm64/boot/Image.",
  },
  {
    at: 0,
    bytes: Buffer.from("edabeedb", "hex"),
    what: "an RPM package",
    help: "Unpack it with 'rpm2cpio FILE | cpio -id' and name its vmlinuz, with --initrd for its modules.",
  },
  {
    at: 4,
    bytes: Buffer.from("zimg", "latin1"),
    what: "a packed EFI image (vmlinuz.efi)",
    help: "Name the Image file of the same build.",
  },
  { at: 0, bytes: Buffer.from("1f8b", "hex"), what: "packed with gzip", help: "Unpack it with gunzip first." },
  { at: 0, bytes: Buffer.from("070701", "latin1"), what: "an initial RAM disk", help: "Give it as --initrd." },
];

/** Whether the file at `path` is a Debian package (an `ar` archive that begins with `debian-binary`). */
export async function isDebianPackage(path: string): Promise<boolean> {
  await using file = await openKernel(path);
  return (await file.peek(0, 21)).toString("latin1") === "!<arch>\ndebian-binary";
}

/** Looks into the head of a kernel. Throws ImageError for files that are missing, cut off or no kernel QEMU can start. */
export async function inspectKernel(path: string): Promise<KernelFile> {
  await using file = await openKernel(path);
  const head = await file.peek(0, 1024);
  if (head.toString("latin1", arm64MagicAt, arm64MagicAt + 4) === arm64Magic)
    return { architecture: "aarch64", release: undefined };
  if (head.readUInt16LE(x86.bootFlag) === 0xaa55 && head.toString("latin1", x86.magic, x86.magic + 4) === "HdrS")
    return { architecture: "x86_64", release: await x86Release(file, head) };
  const stranger = strangers.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  throw new ImageError(`'${path}' is no kernel${stranger === undefined ? "" : `, but ${stranger.what}`}.`, {
    help: stranger?.help ?? "Name a bzImage (x86), an Image (arm64) or a Debian package with a kernel.",
  });
}

async function x86Release(file: ImageFile, head: Buffer): Promise<string | undefined> {
  const protocol = head.readUInt16LE(x86.protocol);
  if (protocol < oldestProtocol || (head.readUInt8(x86.loadFlags) & loadedHigh) === 0)
    throw new ImageError(`The kernel '${file.path}' is too old: it is a zImage, or older than Linux 2.4.`, {
      help: "Name a bzImage.",
    });
  const setupSectors = head.readUInt8(0x1f1) || 4;
  // The protected-mode part is counted in units of 16 bytes.
  const endBytes = (setupSectors + 1) * 512 + head.readUInt32LE(0x1f4) * 16;
  if (endBytes > file.sizeBytes)
    throw new ImageError(
      `The kernel '${file.path}' is truncated: it has ${file.sizeBytes} bytes and needs at least ${endBytes}.`,
      { help: "Copy or build it again." },
    );
  const pointer = head.readUInt16LE(x86.versionPointer);
  if (pointer === 0) return undefined;
  const text = (await file.peek(pointer + 0x200, 256)).toString("latin1");
  return /^[\w.+~-]+/.exec(text)?.[0];
}

/** Opens a file that a user has given as `what`. Throws ImageError. */
export async function openKernel(path: string, what: "kernel" | "initial RAM disk" = "kernel"): Promise<ImageFile> {
  try {
    return await ImageFile.open(path);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const help =
      what === "kernel"
        ? "Give the path of a kernel or Debian package, or the name of one, such as 'cloud', 'rt' or '6.1.0-44-amd64'."
        : "Give the path of the initial RAM disk that belongs to the kernel.";
    throw new ImageError(error.message.replace("image", `${what} file`), { help, cause: error });
  }
}
