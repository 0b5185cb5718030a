import { Tool } from "./tool.ts";

/** Settings of sshd by their name in lower case; those that may be given more than once have several values. */
export type SshdSettings = ReadonlyMap<string, readonly string[]>;

/** The configuration the OpenSSH server uses, with defaults filled in and times in seconds. Source: `sshd -T`. */
export class Sshd extends Tool {
  /** Throws CommandFailed with sshd's own words when the configuration or the host keys are broken. */
  async settings(): Promise<SshdSettings> {
    return parseSshdSettings(await this.node.text(["sshd", "-T"], { sudo: true }));
  }

  /** Value of a setting such as `ClientAliveInterval`; undefined when this sshd does not know it. */
  async setting(name: string): Promise<string | undefined> {
    return (await this.settings()).get(name.toLowerCase())?.[0];
  }
}

/** Parses `sshd -T`: lines of a name and its value. */
export function parseSshdSettings(output: string): SshdSettings {
  const settings = new Map<string, string[]>();
  for (const line of output.split(/\r?\n/)) {
    const [, name, value = ""] = /^(\S+)(?:\s+(.*?))?\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const values = settings.get(name.toLowerCase()) ?? [];
    values.push(value);
    settings.set(name.toLowerCase(), values);
  }
  return settings;
}
