import { sh } from "../node/shell/command.ts";
import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

export interface FileSystemSpace {
  readonly source: string;
  readonly fsType: string;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What an ordinary user may still write. */
  readonly availableBytes: number;
  readonly mountPoint: string;
}

/** Room on mounted file systems. */
export class Df extends Tool {
  /** All file systems that can be asked; those that refuse (a stale network mount) are left out. */
  async list(): Promise<readonly FileSystemSpace[]> {
    // df exits 1 when any single file system refuses, though it printed all the others.
    return parseDf(await this.node.text(sh`df -P -k -T || [ $? -eq 1 ]`));
  }

  /** The file system that holds `path`; throws CommandFailed when `path` does not exist. */
  async holding(path: string): Promise<FileSystemSpace> {
    const output = await this.node.text(["df", "-P", "-k", "-T", path]);
    const [system] = parseDf(output);
    if (system === undefined) throw unexpected("df", `it has no line for '${path}'`, output);
    return system;
  }
}

/** Parses `df -P -k -T`. Sources and mount points may hold blanks, so lines are read around their numbers. */
export function parseDf(output: string): FileSystemSpace[] {
  const [header = "", ...lines] = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (!header.startsWith("Filesystem")) throw unexpected("df", "the header is missing", output);
  return lines.map((line) => {
    const match = /^(.+?)\s+(\S+)\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s+(.+)$/.exec(line);
    const [, source, fsType, size, used, available, mountPoint] = match ?? [];
    if (!source || !fsType || !size || !used || !available || !mountPoint) {
      throw unexpected("df", `line '${line}' has another form`, output);
    }
    return {
      source,
      fsType,
      sizeBytes: bytesOf(size),
      usedBytes: bytesOf(used),
      availableBytes: bytesOf(available),
      mountPoint,
    };
  });
}

/** `-` stands for file systems without sizes, such as those of the kernel. */
function bytesOf(kibibytes: string): number {
  return kibibytes === "-" ? 0 : Number(kibibytes) * 1024;
}
