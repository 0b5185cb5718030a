export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "is" | "is not";

interface Place {
  /** Characters of the source before it. */
  readonly at: number;
}

/** `for target in iterable if condition …` */
export interface Loop extends Place {
  readonly targets: readonly string[];
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

/** An expression as a tree. */
export type Expression = Place &
  (
    | { readonly kind: "integer"; readonly value: bigint }
    | { readonly kind: "float"; readonly value: number }
    | { readonly kind: "text"; readonly value: string }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "list" | "tuple" | "set"; readonly items: readonly Expression[] }
    | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | {
        readonly kind: "collect";
        readonly into: "list" | "set";
        readonly item: Expression;
        readonly loops: readonly Loop[];
      }
    | {
        readonly kind: "collect-dict";
        readonly key: Expression;
        readonly value: Expression;
        readonly loops: readonly Loop[];
      }
    | { readonly kind: "negate" | "positive" | "not"; readonly operand: Expression }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: "compare";
        readonly first: Expression;
        readonly rest: readonly { readonly operator: Comparison; readonly operand: Expression; readonly at: number }[];
      }
    | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: "choice";
        readonly condition: Expression;
        readonly yes: Expression;
        readonly no: Expression;
      }
    | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
    | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
    | {
        readonly kind: "slice";
        readonly of: Expression;
        readonly from: Expression | undefined;
        readonly to: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | {
        readonly kind: "call";
        readonly name: string;
        readonly items: readonly Expression[];
        readonly named: readonly (readonly [string, Expression])[];
      }
  );
