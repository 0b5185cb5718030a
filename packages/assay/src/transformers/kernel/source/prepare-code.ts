import type { Node } from "../../../node/node.ts";
import { mappingOf, mappingsOf, textOf } from "../../inputs.ts";
import type { Inputs, Outputs, TransformerContext } from "../../transformer.ts";
import { buildInformation } from "./build-information.ts";
import { installBuildPackages } from "./build-packages.ts";
import { configure } from "./configure.ts";
import { fetchCode } from "./fetch-code.ts";
import { modifyCode } from "./modify-code.ts";

/** Code that is ready to be built. */
export interface PreparedCode {
  readonly folder: string;
  readonly information: Outputs;
}

/** Fetches, changes and configures the code that `location`, `modifier` and `kernel_config_file` name. */
export async function prepareCode(
  inputs: Inputs,
  node: Node,
  context: TransformerContext,
  morePackages: readonly string[] = [],
): Promise<PreparedCode> {
  const modifiers = mappingsOf(inputs, "modifier");
  const needsB4 = modifiers.some(({ type }) => type === "b4_patch");
  await installBuildPackages(node, [...morePackages, ...(needsB4 ? ["b4"] : [])]);
  const folder = await fetchCode(node, mappingOf(inputs, "location"));
  context.log.info(`The code is in '${folder}' on '${node.name}'.`);
  await modifyCode(node, folder, modifiers, context);
  await configure(node, folder, textOf(inputs, "kernel_config_file"), context);
  return { folder, information: await buildInformation(node, folder) };
}
