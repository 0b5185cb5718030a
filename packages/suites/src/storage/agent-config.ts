/** Value of `key` in a waagent.conf, without its comment; undefined when it is not set. */
export function agentSetting(config: string, key: string): string | undefined {
  for (const line of config.split("\n")) {
    const [name, value] = (line.split("#")[0] ?? "").split("=");
    if (name?.trim() === key && value !== undefined) {
      return value.trim();
    }
  }
  return undefined;
}
