import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { PlainValue } from "../runbook/value.ts";
import { flagOf, textOf, textsOf } from "./inputs.ts";
import type { Transformer } from "./transformer.ts";

/** Only its owner reads a file that may hold secrets. */
const PRIVATE_MODE = 0o600;

/** Writes variables to a YAML or JSON file; secrets are masked unless `reveal` says otherwise. */
export const dumpVariables: Transformer = {
  type: "dump_variables",
  async run(inputs, { variables, log, logFolder }) {
    const isRevealed = flagOf(inputs, "reveal", false);
    const dumped: Record<string, PlainValue> = {};
    for (const name of textsOf(inputs, "variables")) {
      const variable = variables.get(name.toLowerCase());
      if (variable === undefined) {
        log.warn(`There is no variable '${name}' to write.`);
        continue;
      }
      const value = variable.isSecret && !isRevealed ? "******" : variable.value;
      dumped[name] = { value, is_case_visible: variable.isCaseVisible };
    }
    const isJson = flagOf(inputs, "json_output", false);
    const path = resolve(
      logFolder,
      `${textOf(inputs, "file_path") ?? "./lisa_dumped_variables"}${isJson ? ".json" : ".yml"}`,
    );
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, isJson ? `${JSON.stringify(dumped, null, 2)}\n` : await yamlText(dumped), {
      mode: PRIVATE_MODE,
    });
    log.info(`Variables are in '${path}'.`);
    return {};
  },
};

async function yamlText(value: PlainValue): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(value);
}
