import { didYouMean } from "../nearest.ts";
import type { SetSpace } from "../requirement.ts";
import { childOf, describeValue, type LocatedValue, type ScalarValue } from "../value.ts";
import { checkFields, type Field, type FieldContext, fields, sectionSchema } from "./field.ts";
import { either } from "./json-schema.ts";
import { flag, integer, list } from "./kinds.ts";

type Member = string | number | boolean;

/**
 * A set of the given values, the preferred first: one value, a list, or `{items: [...]}`. With `is_allow_set: false` the
 * items are those that are not wanted, and the rest of the values is meant. An empty set, and with `acceptsEmpty` an
 * empty text, asks for nothing.
 */
export function setSpace<const V extends Member>(
  values: readonly V[],
  about: string,
  options: { readonly acceptsEmpty?: boolean } = {},
): Field<SetSpace<V>> {
  const item = member(values, about);
  const forms = setForms(item, about);
  return {
    expects: item.expects,
    about,
    schema: () =>
      options.acceptsEmpty === true ? either(...forms.schemas(), { const: "" }) : either(...forms.schemas()),
    read(value, path, context) {
      if (options.acceptsEmpty === true && value.kind === "scalar" && value.value === "") return undefined;
      const { items = [], isAllowSet } = forms.read(value, path, context);
      if (items.length === 0) return undefined;
      const allowed = values.filter((each) => items.includes(each) === isAllowSet);
      if (allowed.length > 0) return allowed;
      context.problems.error("S08", `'${path}' leaves no value.`, value, { help: `It must be ${item.expects}.` });
      return undefined;
    },
  };
}

/** A set of whole numbers that are not known beforehand, so that the unwanted ones cannot be said. */
export function integerSet(about: string): Field<SetSpace<number>> {
  const forms = setForms(integer(about), about);
  return {
    expects: "one or more whole numbers",
    about,
    schema: () => either(...forms.schemas()),
    read(value, path, context) {
      const { items = [], isAllowSet } = forms.read(value, path, context);
      if (!isAllowSet) {
        context.problems.error("S08", `'${path}' cannot say which numbers are not wanted.`, value, {
          help: "List the wanted ones, without 'is_allow_set: false'.",
        });
      }
      return items.length === 0 ? undefined : items;
    },
  };
}

interface SetRead<V> {
  readonly items: readonly V[] | undefined;
  readonly isAllowSet: boolean;
}

/** The three ways to write a set. */
function setForms<V extends Member>(item: Field<V>, about: string) {
  const items = list(item, about, { acceptsOne: true });
  const keys = fields({
    is_allow_set: { ...flag("false: the items are those that are not wanted"), default: true },
    items,
  });
  return {
    schemas: () => [items.schema(), sectionSchema(keys)],
    read(value: LocatedValue, path: string, context: FieldContext): SetRead<V> {
      if (value.kind !== "mapping") return { items: items.read(value, path, context), isAllowSet: true };
      const read = checkFields(keys, value, path, context);
      const given = childOf(value, "items");
      const isWhole = given?.kind !== "list" || given.items.length === read?.items?.length;
      // Of a list with a wrong item (reported) nothing can be said about what it leaves out.
      return { items: isWhole ? read?.items : undefined, isAllowSet: read?.is_allow_set ?? true };
    },
  };
}

function member<V extends Member>(values: readonly V[], about: string): Field<V> {
  const shown = values.map((value) => (typeof value === "string" ? `'${value}'` : String(value)));
  const expects = `one or more of ${shown.join(", ")}`;
  const texts = values.filter((value) => typeof value !== "string").map(String);
  return {
    expects,
    about,
    schema: () => ({ enum: [...values, ...texts] }),
    read(value, path, { problems }) {
      const found = value.kind === "scalar" ? values.find((each) => isMember(each, value)) : undefined;
      if (found !== undefined || value.kind === "broken") return found;
      const words = values.filter((each) => typeof each === "string");
      problems.error("S08", `'${path}' must be ${expects}, found ${describeValue(value)}.`, value, {
        help: () => (value.kind === "scalar" ? didYouMean(value.source, words) : undefined),
      });
      return undefined;
    },
  };
}

/** Numbers and truth values are also read from text, as variables give them. */
const isMember = (member: Member, { value }: ScalarValue): boolean =>
  member === value || (typeof member !== "string" && String(member) === value);
