import { didYouMean } from "../nearest.ts";
import { describeValue } from "../value.ts";
import { FEATURE_NAMES } from "./feature.ts";
import { type Field, type FieldTable, fields, sectionSchema, withDefault } from "./field.ts";
import { GUESTS } from "./guest.ts";
import { flag, list, located, mapped, secret, standing, text } from "./kinds.ts";
import { PLATFORM_NAMES, PLATFORM_SECTIONS } from "./platform/platforms.ts";
import { requirement } from "./requirement.ts";
import { type Variants, variantSchema } from "./variant.ts";

/** Keys of every platform. */
const common = {
  type: standing(text("kind of platform"), "ready"),
  admin_username: standing(text("account on the nodes"), "lisatest"),
  admin_password: secret(text("its password")),
  admin_private_key_file: text("file with its private key"),
  guest_enabled: withDefault(flag("cases in guests of the nodes"), false),
  guests: withDefault(
    list(
      located("a guest", () => variantSchema(GUESTS)),
      "guests of each node",
    ),
    [],
    [],
  ),
  keep_environment: withDefault(keepEnvironment(), "no"),
  requirement: requirement("what every machine made for a case must have"),
  ignored_capability: withDefault(featureNames(), []),
  capture_azure_information: withDefault(flag("logs of the Azure agent in the folder of the environment"), false),
  capture_boot_time: withDefault(
    flag("how long each stage of the boot took, among the facts of the environment"),
    false,
  ),
  assert_kernel_error_after_test: withDefault(flag("fail a case after which the kernel log has errors"), false),
  capture_kernel_config_information: withDefault(
    flag("whether the kernel has drivers for MANA and NVMe, among the facts of the environment"),
    false,
  ),
  capture_vm_information: withDefault(flag("facts of the nodes"), true),
};

/** The section named after a platform, as it stands: it is read when it is known whose it is. */
const ownSection = (name: string, schema: Field<unknown>["schema"]) =>
  located(`what only the platform '${name}' understands`, schema);

const sections = Object.fromEntries(
  PLATFORM_NAMES.map((name) => [name, ownSection(name, () => sectionSchema(PLATFORM_SECTIONS[name].platform))]),
);

const everyKey: typeof common = { ...common, ...sections };

/** Keys of any platform, with the sections of all. */
export const platformFields = fields(everyKey);

/** The same with the sections of the platforms that extensions added. */
export function platformFieldsWith(names: readonly string[]): typeof platformFields {
  if (names.length === 0) return platformFields;
  const added = Object.fromEntries(names.map((name) => [name, ownSection(name, () => ({ type: "object" }))]));
  return { ...platformFields, table: { ...platformFields.table, ...added } };
}

/** Each platform with the keys it has. */
export const PLATFORMS: Variants = {
  family: "platform",
  noun: "platform",
  common,
  kinds: Object.fromEntries(
    PLATFORM_NAMES.map((name) => {
      const table: FieldTable = { ...common, [name]: sections[name] ?? text(name) };
      return [name, fields(table)];
    }),
  ),
  standard: "ready",
};

/** Booleans and their texts are accepted for `no` and `always`, quoted or not. */
function keepEnvironment(): Field<"no" | "always" | "failed"> {
  const words = new Map<string, "no" | "always" | "failed">([
    ["no", "no"],
    ["false", "no"],
    ["always", "always"],
    ["yes", "always"],
    ["true", "always"],
    ["failed", "failed"],
  ]);
  return {
    expects: "'no', 'always' or 'failed'",
    about: "whether machines stay after the run",
    schema: () => ({ enum: [...words.keys(), false, true] }),
    read(value, path, { problems }) {
      const found = value.kind === "scalar" ? words.get(String(value.value).toLowerCase()) : undefined;
      if (found === undefined && value.kind !== "broken") {
        problems.error("S14", `'${path}' must be 'no', 'always' or 'failed', found ${describeValue(value)}.`, value);
      }
      return found;
    },
  };
}

/** Names of features in small letters. */
function featureNames(): Field<readonly string[]> {
  const name: Field<string> = {
    ...text("name of a feature, in small or capital letters"),
    read(value, path, context) {
      const read = text("name of a feature").read(value, path, context);
      if (read === undefined || FEATURE_NAMES.some((known) => known.toLowerCase() === read.toLowerCase())) return read;
      context.problems.warning("S09", `'${path}' names '${read}', which is no feature.`, value, {
        help: () => didYouMean(read, FEATURE_NAMES) ?? `Features: ${FEATURE_NAMES.join(", ")}.`,
      });
      return read;
    },
  };
  const names = list(name, "features taken off every case", { acceptsOne: true });
  return mapped(names, (read) => read.map((each) => each.toLowerCase()));
}
