import { type Fields, type FieldTable, fields } from "../field.ts";

/** The keys of a platform: its own section, and its section in the requirement of a machine. */
export interface PlatformSections {
  readonly platform: Fields<FieldTable>;
  readonly machine: Fields<FieldTable>;
}

/** Declares the sections of the platform `name`; unknown keys in them are S15. */
export function sections(name: string, platform: FieldTable, machine: FieldTable): PlatformSections {
  return {
    platform: fields(platform, { code: "S15", title: `platform.${name}` }),
    machine: fields(machine, { code: "S15", title: `requirement.${name}` }),
  };
}
