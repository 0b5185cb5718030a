import { mappingOf, textOf } from "./inputs.ts";
import type { Transformer } from "./transformer.ts";

/** Splits texts into lists of their trimmed parts; each text is one output. */
export const toList: Transformer = {
  type: "to_list",
  async run(inputs) {
    const token = textOf(inputs, "token") ?? ",";
    return Object.fromEntries(
      Object.entries(mappingOf(inputs, "items")).map(([name, text]) => [
        name,
        String(text)
          .split(token)
          .map((part) => part.trim()),
      ]),
    );
  },
};
