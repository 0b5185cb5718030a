import { unexpected } from "../unexpected.ts";
import { decodeOctalEscapes } from "./octal-escapes.ts";

/** A line of /proc/mounts or /etc/fstab. */
export interface MountLine {
  readonly source: string;
  readonly target: string;
  readonly fsType: string;
  readonly options: readonly string[];
}

/** Parses /proc/mounts, /etc/mtab and /etc/fstab, which share one form. Comments and empty lines are left out. */
export function parseMounts(text: string): MountLine[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [source, target, fsType, options = "defaults"] = line.split(/\s+/);
      if (source === undefined || target === undefined || fsType === undefined) {
        throw unexpected("mounts", `line '${line}' has fewer than three fields`, text);
      }
      return {
        source: decodeOctalEscapes(source),
        target: decodeOctalEscapes(target),
        fsType,
        options: options.split(","),
      };
    });
}
