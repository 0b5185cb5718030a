import { type FileHandle, open } from "node:fs/promises";
import { ImageError } from "../../errors/catalogue.ts";

/** A disk image open for reading; reads past the end are the user's truncated file, not our defect. */
export class ImageFile implements AsyncDisposable {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  constructor(path: string, sizeBytes: number, handle: FileHandle) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
  }

  /** Opens a file that is there, readable and not empty; throws ImageError otherwise. */
  static async open(path: string): Promise<ImageFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r");
      const info = await handle.stat();
      if (info.isDirectory())
        throw new ImageError(`The image '${path}' is a folder.`, { help: "Name the disk image inside it." });
      if (!info.isFile())
        throw new ImageError(`The image '${path}' is not a regular file.`, {
          help: "Copy the device into a file first, for example with 'qemu-img convert'.",
        });
      if (info.size === 0)
        throw new ImageError(`The image '${path}' is empty.`, { help: "Download or build it again." });
      return new ImageFile(path, info.size, handle);
    } catch (error) {
      await handle?.close();
      throw explain(path, error);
    }
  }

  /** Reads `length` bytes at `offset`. Throws ImageError when the file ends before. */
  async read(offset: number, length: number): Promise<Buffer> {
    this.mustReach(offset + length);
    const bytes = Buffer.alloc(length);
    try {
      const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
      if (bytesRead < length) throw this.truncated(offset + length);
    } catch (error) {
      throw explain(this.path, error);
    }
    return bytes;
  }

  /** Reads what there is of `length` bytes at `offset`; the rest is zero. */
  async peek(offset: number, length: number): Promise<Buffer> {
    const available = Math.max(0, Math.min(length, this.sizeBytes - offset));
    return Buffer.concat([available === 0 ? Buffer.alloc(0) : await this.read(offset, available)], length);
  }

  /** Throws ImageError when the file is shorter than `endBytes`. */
  mustReach(endBytes: number): void {
    if (endBytes > this.sizeBytes) throw this.truncated(endBytes);
  }

  /** The error of a file whose structure says more than it holds. */
  damaged(what: string): ImageError {
    return new ImageError(`The image '${this.path}' is damaged: ${what}.`, {
      help: "Download or build it again, and compare its checksum with the publisher's.",
    });
  }

  truncated(endBytes: number): ImageError {
    return new ImageError(
      `The image '${this.path}' is truncated: it has ${this.sizeBytes} bytes and needs at least ${endBytes}.`,
      { help: "The download or copy was cut off; fetch it again." },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

function explain(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const options = { cause: error };
  if (code === "ENOENT" || code === "ENOTDIR")
    return new ImageError(`There is no image '${path}'.`, {
      ...options,
      help: "Check the path, or name a recipe; 'assay image list' shows them.",
    });
  if (code === "EACCES" || code === "EPERM")
    return new ImageError(`The image '${path}' cannot be read: permission denied.`, {
      ...options,
      help: `Give yourself access, for example with: sudo chmod a+r '${path}'`,
    });
  if (code === "EIO" || code === "EISDIR" || code === "ELOOP")
    return new ImageError(`The image '${path}' cannot be read (${code}).`, {
      ...options,
      help: "Check the path and the disk it lies on.",
    });
  return error;
}
