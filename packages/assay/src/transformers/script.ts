import { UsageError } from "../errors/catalogue.ts";
import { evaluateExpression } from "../runbook/expression/evaluate.ts";
import type { PlainValue } from "../runbook/value.ts";
import { mappingsOf, needText, textsOf } from "./inputs.ts";
import type { Transformer } from "./transformer.ts";

/** Works out expressions of the safe language; each is one output. */
export const script: Transformer = {
  type: "script",
  async run(inputs, { variables }) {
    const outputs: Record<string, PlainValue> = {};
    for (const entry of mappingsOf(inputs, "scripts")) {
      const name = needText(entry, "name");
      const given = new Map<string, PlainValue>();
      for (const wanted of textsOf(entry, "variables")) {
        const variable = variables.get(wanted.toLowerCase());
        if (variable === undefined)
          throw new UsageError(`The script '${name}' wants the variable '${wanted}', which does not exist.`);
        given.set(wanted, variable.value);
      }
      try {
        outputs[name] = evaluateExpression(needText(entry, "script"), { variables: given });
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        throw new UsageError(`The script '${name}' is wrong: ${error.message}`, { cause: error });
      }
    }
    return outputs;
  },
};
