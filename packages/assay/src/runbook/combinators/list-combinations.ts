import { placeText } from "../problems.ts";
import type { AssignedVariable, CombinatorSettings } from "../types.ts";
import type { PlainValue } from "../value.ts";
import type { Combination, ListedCombinator } from "./combinator.ts";

/**
 * The combinations of a grid, a batch or a table. Undefined for types that find them while they run, and while values
 * are still to come from a transformer.
 */
export function listCombinations(settings: CombinatorSettings): ListedCombinator | undefined {
  if (settings.isPending === true) return undefined;
  switch (settings.type) {
    case "grid":
      return gridOf(settings);
    case "batch":
      return listed(
        settings,
        itemsOf(settings.settings.items).map((item) => Object.entries(item)),
      );
    case "csv":
      return csvOf(settings);
    default:
      return undefined;
  }
}

type Item = Readonly<Record<string, PlainValue>>;
type Values = readonly (readonly [name: string, value: PlainValue])[];

/** The full product; the first item changes fastest. No items are no combinations, as in LISA. */
function gridOf(settings: CombinatorSettings): ListedCombinator {
  const axes = itemsOf(settings.settings.items).map((item) => ({
    name: String(item.name),
    values: Array.isArray(item.value) ? (item.value as readonly PlainValue[]) : [],
  }));
  const size = axes.length === 0 ? 0 : axes.reduce((product, { values }) => product * values.length, 1);
  const at = (index: number): Values => {
    let rest = index;
    return axes.map(({ name, values }) => {
      const value = values[rest % values.length] ?? null;
      rest = Math.floor(rest / values.length);
      return [name, value] as const;
    });
  };
  return combinator(settings, size, at);
}

/** A row each. A cell that is empty or missing takes the default of its column. */
function csvOf(settings: CombinatorSettings): ListedCombinator {
  const { columns, rows } = settings.table ?? { columns: [], rows: [] };
  const mapped = itemsOf(settings.settings.column_mapping).map((item) => ({
    name: String(item.variable),
    column: columns.indexOf(String(item.column)),
    standard: String(item.default),
  }));
  return listed(
    settings,
    rows.map((row) => mapped.map(({ name, column, standard }) => [name, row[column] || standard] as const)),
  );
}

const listed = (settings: CombinatorSettings, all: readonly Values[]): ListedCombinator =>
  combinator(settings, all.length, (index) => all[index] ?? []);

function combinator(settings: CombinatorSettings, size: number, at: (index: number) => Values): ListedCombinator {
  const place = settings.position === undefined ? "" : ` at ${placeText(settings.position)}`;
  const origin = `combinator '${settings.type}'${place}`;
  return {
    type: settings.type,
    isSequential: false,
    size,
    combinations: {
      *[Symbol.iterator]() {
        for (let index = 0; index < size; index += 1) yield assigned(at(index), origin);
      },
    },
  };
}

/** Of names that differ in case alone the last one counts, as everywhere. */
function assigned(values: Values, origin: string): Combination {
  const byName = new Map<string, AssignedVariable>();
  for (const [name, value] of values) byName.set(name.toLowerCase(), { name, value, origin });
  return [...byName.values()];
}

const itemsOf = (value: PlainValue | undefined): readonly Item[] =>
  Array.isArray(value) ? (value as readonly Item[]) : [];
