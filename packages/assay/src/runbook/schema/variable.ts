import { MASK_NAMES } from "../variables/mask.ts";
import { fields } from "./field.ts";
import { anything, choice, flag, text } from "./kinds.ts";

/** An entry of `variable:`, or a long-form value in a variable file. */
export const variableEntry = fields(
  {
    name: text("case-insensitive name"),
    value: anything("any value; texts in it may refer to other variables"),
    file: text("YAML file with more variables", {
      pattern: /^(?:|.*\.(?:yml|yaml|xml))$/,
      wants: "the name of a .yml file",
    }),
    is_secret: flag("mask the value wherever text leaves"),
    mask: choice(["", ...MASK_NAMES], "how much of a secret is shown", "V07"),
    is_case_visible: flag("hand the value to cases"),
  },
  { code: "V08", title: "variable" },
);
