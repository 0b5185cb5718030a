import { UnexpectedOutput } from "../errors/catalogue.ts";
import type { OsFacts } from "./facts.ts";
import { parseOsRelease } from "./os-release.ts";

/** Reads the output of the facts script. Throws UnexpectedOutput when a fact that every Linux has is missing. */
export function parseFacts(output: string): OsFacts {
  const sections = splitSections(output);
  const lines = (name: string): readonly string[] => sections.get(name) ?? [];
  const need = (name: string, index = 0): string => {
    const line = lines(name)[index]?.trim();
    if (line === undefined || line === "") {
      throw new UnexpectedOutput(
        `The facts of the guest have no '${name}' (line ${index + 1}):\n${output.slice(0, 2000)}`,
      );
    }
    return line;
  };
  const osRelease = parseOsRelease(lines("os-release").join("\n"));
  const id = osRelease.get("ID") ?? "unknown";
  const idLike = (osRelease.get("ID_LIKE") ?? "").split(/\s+/).filter((word) => word !== "");
  return {
    id,
    idLike,
    versionId: osRelease.get("VERSION_ID") ?? "",
    prettyName: osRelease.get("PRETTY_NAME") ?? id,
    family: familyOf([id, ...idLike]),
    architecture: need("uname", 0),
    kernelRelease: need("uname", 1),
    kernelVersion: need("uname", 2),
    hostname: need("uname", 3),
    bootId: need("boot-id"),
    cpuCount: Number.parseInt(need("cpus"), 10),
    memoryKb: Number.parseInt(need("memory").replace(/^MemTotal:\s*/, ""), 10),
    isUefi: need("uefi") === "yes",
    cmdline: lines("cmdline")[0]?.trim() ?? "",
    hasSystemd: need("systemd") === "yes",
  };
}

function splitSections(output: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of output.split("\n")) {
    const name = /^== (\S+)$/.exec(line)?.[1];
    if (name === undefined) {
      current.push(line);
    } else {
      current = [];
      sections.set(name, current);
    }
  }
  return sections;
}

const families: Readonly<Record<string, OsFacts["family"]>> = {
  debian: "debian",
  ubuntu: "debian",
  kali: "debian",
  raspbian: "debian",
  rhel: "redhat",
  fedora: "redhat",
  centos: "redhat",
  rocky: "redhat",
  almalinux: "redhat",
  ol: "redhat",
  suse: "suse",
  sles: "suse",
  opensuse: "suse",
  "opensuse-leap": "suse",
  "opensuse-tumbleweed": "suse",
  azurelinux: "azurelinux",
  mariner: "azurelinux",
  coreos: "coreos",
  flatcar: "coreos",
  alpine: "alpine",
};

/** The first of `ID` and `ID_LIKE` that belongs to a family we know. Ids as in os-release(5) of these systems. */
function familyOf(ids: readonly string[]): OsFacts["family"] {
  for (const id of ids) {
    const family = families[id];
    if (family !== undefined) return family;
  }
  return "unknown";
}
