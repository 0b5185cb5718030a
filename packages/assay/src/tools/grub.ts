import { CommandFailed } from "../errors/catalogue.ts";
import type { OsFacts } from "../os/facts.ts";
import { Cat } from "./cat.ts";
import { Tool } from "./tool.ts";

/** The configuration GRUB boots from. */
export interface GrubConfig {
  readonly path: string;
  readonly text: string;
}

/** One kernel GRUB can boot, from `menuentry`. */
export interface GrubMenuEntry {
  readonly title: string;
  readonly kernel: string;
  /** Kernel arguments as they stand there, root device included. */
  readonly arguments: string;
}

/** Reads the boot loader's configuration. */
export class Grub extends Tool {
  /** The generated configuration; throws CommandFailed when no file of the distribution's family exists. */
  async config(): Promise<GrubConfig> {
    const facts = await this.node.facts();
    const paths = grubConfigPaths(facts);
    const files = await this.node.tool(Cat).readExisting(paths, { sudo: true });
    const path = paths.find((candidate) => files.has(candidate));
    const text = path === undefined ? undefined : files.get(path);
    if (path === undefined || text === undefined) {
      throw new CommandFailed(
        `Node '${this.node.name}' has no GRUB configuration: none of ${paths.map((p) => `'${p}'`).join(", ")} exists.`,
        undefined,
      );
    }
    return { path, text };
  }

  /** What /etc/default/grub and the files of /etc/default/grub.d set, the last one winning, as in update-grub. */
  async defaults(): Promise<ReadonlyMap<string, string>> {
    const cat = this.node.tool(Cat);
    const main = await cat.readIfExists("/etc/default/grub");
    const parts = await cat.readMatching({ folder: "/etc/default/grub.d", name: "*.cfg" });
    return parseGrubDefaults([main ?? "", ...parts.values()].join("\n"));
  }
}

/** Where a distribution keeps what GRUB boots from, likeliest first. Source: the catalogue's verify_grub. */
export function grubConfigPaths({ family }: Pick<OsFacts, "family">): readonly string[] {
  switch (family) {
    case "suse":
      return ["/boot/grub2/grub.cfg", "/boot/grub/grub.conf"];
    case "redhat":
      // Since version 8 the arguments live in grubenv and the loader entries; grub.cfg only includes them.
      return ["/boot/grub2/grubenv", "/boot/grub2/grub.cfg", "/boot/grub/menu.lst"];
    case "azurelinux":
      return ["/boot/grub2/grub.cfg", "/boot/grub/menu.lst"];
    case "debian":
      return ["/boot/grub/grub.cfg"];
    default:
      return ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/grub/grub.conf", "/boot/grub/menu.lst"];
  }
}

/** The kernels of a grub.cfg, those of submenus included. */
export function parseGrubMenu(text: string): GrubMenuEntry[] {
  const found: GrubMenuEntry[] = [];
  let title: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, single, double] = /^\s*menuentry\s+(?:'([^']*)'|"([^"]*)")/.exec(line) ?? [];
    title = single ?? double ?? title;
    const [, kernel, rest = ""] = /^\s*linux(?:16|efi)?\s+(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (title !== undefined && kernel !== undefined) found.push({ title, kernel, arguments: rest });
  }
  return found;
}

/**
 * Parses shell assignments `NAME=value`; `$NAME` inside stands for what was set before, as grub.d files use it.
 * What a command in backticks would print is not known, so the command itself stands for it.
 */
export function parseGrubDefaults(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(`[^`]*`|[^\s#]*))/.exec(line);
    const [, name, double, single, bare] = match ?? [];
    if (name === undefined) continue;
    const expanded = (double ?? bare ?? "").replace(
      /\\([\\"$`])|\$(?:\{(\w+)\}|(\w+))/g,
      (_whole, escaped: string | undefined, braced: string | undefined, plain: string | undefined) =>
        escaped ?? values.get(braced ?? plain ?? "") ?? "",
    );
    values.set(name, single ?? expanded);
  }
  return values;
}
