/** What a recipe is built for, as Debian calls it. */
export type Architecture = "amd64" | "arm64";

/** The same as kernels and QEMU call it. */
export type ProcessorName = "x86_64" | "aarch64";

export const processorOf: Readonly<Record<Architecture, ProcessorName>> = { amd64: "x86_64", arm64: "aarch64" };

/** What programs of this machine are made for; undefined where no recipe is. */
export function hostArchitecture(): Architecture | undefined {
  if (process.arch === "x64") return "amd64";
  return process.arch === "arm64" ? "arm64" : undefined;
}
