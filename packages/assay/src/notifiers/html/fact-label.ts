const ACRONYMS: ReadonlySet<string> = new Set(["os", "cpu", "id", "ip", "ssh", "url", "vm", "vmm"]);

/** The name of a fact as a label: `vmm_version` becomes `VMM version`. */
export function factLabel(name: string): string {
  const words = name
    .split("_")
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word))
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
