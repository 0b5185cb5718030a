import { sh } from "../node/shell/command.ts";
import { isRecord, textField } from "./json-record.ts";
import { Tool } from "./tool.ts";
import { parseJson, unexpected } from "./unexpected.ts";

export interface MountedFileSystem {
  readonly target: string;
  /** Device or name, without the folder that bind mounts and subvolumes add in brackets. */
  readonly source: string;
  /** Folder inside the source that is mounted, such as `/@home`; undefined for its root. */
  readonly sourceFolder: string | undefined;
  readonly fsType: string;
  readonly options: readonly string[];
}

const COLUMNS = "TARGET,SOURCE,FSTYPE,OPTIONS";

/** What is mounted where. Source: util-linux `findmnt`. */
export class Findmnt extends Tool {
  /** All mounts in the order they were made. */
  async list(): Promise<readonly MountedFileSystem[]> {
    return parseFindmnt(await this.node.text(["findmnt", "--json", "--list", "--output", COLUMNS]));
  }

  /** What is mounted exactly at `target`, the uppermost one; undefined when it is no mount point. */
  async at(target: string): Promise<MountedFileSystem | undefined> {
    return this.#first(["findmnt", "--json", "--list", "--output", COLUMNS, "--mountpoint", target]);
  }

  /** The file system that holds `path`; undefined when `path` does not exist. */
  async holding(path: string): Promise<MountedFileSystem | undefined> {
    return this.#first(["findmnt", "--json", "--list", "--output", COLUMNS, "--target", path]);
  }

  async #first(command: readonly [string, ...string[]]): Promise<MountedFileSystem | undefined> {
    // Exit code 1 without output means that nothing was found.
    const output = await this.node.text(sh`${command} || [ $? -eq 1 ]`);
    return output.trim() === "" ? undefined : parseFindmnt(output).at(-1);
  }
}

/** Parses `findmnt --json` with the columns target, source, fstype and options, as a list or as a tree. */
export function parseFindmnt(output: string): MountedFileSystem[] {
  const document = parseJson("findmnt --json", output);
  const systems = isRecord(document) ? document.filesystems : undefined;
  if (!Array.isArray(systems)) throw unexpected("findmnt --json", "there is no list 'filesystems'", output);
  return systems.flatMap((system) => mountedWithChildren(system, output));
}

function mountedWithChildren(value: unknown, output: string): MountedFileSystem[] {
  const target = isRecord(value) ? textField(value, "target") : undefined;
  if (!isRecord(value) || target === undefined) throw unexpected("findmnt --json", "a mount has no target", output);
  const [, source = "", sourceFolder] = /^(.*?)(?:\[(.*)\])?$/.exec(textField(value, "source") ?? "") ?? [];
  const children = Array.isArray(value.children) ? value.children : [];
  return [
    {
      target,
      source,
      sourceFolder,
      fsType: textField(value, "fstype") ?? "unknown",
      options: textField(value, "options")?.split(",") ?? [],
    },
    ...children.flatMap((child) => mountedWithChildren(child, output)),
  ];
}
