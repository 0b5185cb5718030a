import { fields } from "./field.ts";
import { anything, text } from "./kinds.ts";

/** An entry of `include:`; a bare text is its `path`. */
export const includeFields = fields(
  {
    path: text("file this one builds on, relative to the folder of this one"),
    strategy: { ...anything("never carried out by LISA, and not here"), schema: () => ({ type: "null" }) },
  },
  { required: ["path"], title: "include" },
);
