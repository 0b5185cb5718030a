/** A processor as libvirt is told of it. */
export interface ProcessorWords {
  /** libvirt's name of the model, or `max` or `host`. */
  readonly name: string;
  readonly features: readonly { readonly name: string; readonly policy: "require" | "disable" }[];
  /** No machine rather than one that lacks something of the model. */
  readonly isEnforced: boolean;
  /** Parts for which libvirt has no words. */
  readonly unknown: readonly string[];
}

/** What QEMU's words for a processor mean, such as `EPYC,-svm,enforce`. */
export function processorInWords(cpu: string): ProcessorWords {
  const [name = "", ...parts] = cpu.split(",");
  const flags = parts.filter((part) => part !== "enforce");
  const read = flags.map((part) => ({ part, feature: featureOf(part) }));
  return {
    name,
    features: read.flatMap(({ feature }) => feature ?? []),
    isEnforced: flags.length < parts.length,
    unknown: read.flatMap(({ feature, part }) => (feature === undefined ? [part] : [])),
  };
}

function featureOf(part: string): ProcessorWords["features"][number] | undefined {
  const { sign, name = "", value } = /^(?<sign>[+-])?(?<name>[\w.-]+?)(?:=(?<value>.*))?$/.exec(part)?.groups ?? {};
  if (name === "" || (sign !== undefined && value !== undefined)) return undefined;
  if (sign === "-" || value === "off") return { name, policy: "disable" };
  return value === undefined || value === "on" ? { name, policy: "require" } : undefined;
}
