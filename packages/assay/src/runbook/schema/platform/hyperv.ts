import { fields } from "../field.ts";
import { openKind } from "../forms.ts";
import { flag, integer, list, secret, section, standing, text } from "../kinds.ts";
import { devicePassthrough, devicePools } from "./devices.ts";
import { sections } from "./section.ts";

const strict = { code: "S15" } as const;

const serverFields = fields(
  {
    address: text("host that carries the machines"),
    username: text("account on it"),
    password: secret(text("its password")),
  },
  { ...strict, required: ["address"] },
);

const platform = {
  source: openKind(["local"], "files to copy to the hosts: 'files' with 'source', 'destination' and 'unzip'"),
  servers: list(section(serverFields, "a host"), "hosts that carry the machines"),
  extra_args: list(
    section(
      fields({ command: text("command of PowerShell"), args: text("its further arguments") }, strict),
      "arguments of one command",
    ),
    "arguments added to commands",
  ),
  wait_delete: standing(flag("wait until machines are deleted"), false),
  device_pools: devicePools,
  switch_name: text("virtual switch"),
};

const memory = fields(
  {
    min_memory_mb: integer("least memory in MiB", { minimum: 1 }),
    max_memory_mb: integer("most memory in MiB", { minimum: 1 }),
    startup_memory_mb: integer("memory at the start in MiB", { minimum: 1 }),
    buffer: integer("spare memory in percent", { minimum: 0 }),
  },
  strict,
);

const machine = {
  hyperv_generation: standing(integer("generation of the machine", { minimum: 1, maximum: 2 }), 2),
  vhd: section(fields({ vhd_path: text("path of the disk") }, strict), "the system disk"),
  osdisk_size_in_gb: standing(integer("size of the system disk", { minimum: 1 }), 30),
  device_passthrough: devicePassthrough,
  switch_name: text("virtual switch"),
  dynamic_memory: section(memory, "memory that grows and shrinks"),
};

export const hyperv = sections("hyperv", platform, machine);
