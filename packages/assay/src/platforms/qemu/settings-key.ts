/** Gives the typed value, or undefined for one that does not hold. */
export type Parse<T> = (value: unknown) => T | undefined;

/** A key of a platform's section in the runbook. */
export interface Key<T> {
  readonly parse: Parse<T>;
  readonly expected: string;
  readonly about: string;
}

export const wholeNumber =
  (least: number, most: number): Parse<number> =>
  (value) => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isInteger(number) && number >= least && number <= most
      ? number
      : undefined;
  };

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Parse<T> =>
  (value) =>
    allowed.find((candidate) => candidate === String(value).toLowerCase());

export const flag: Parse<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

export const text: Parse<string> = (value) => (typeof value === "string" && value !== "" ? value : undefined);

/** One line of text, which may be empty. */
export const lineOfText: Parse<string> = (value) =>
  typeof value === "string" && !/[\n\0]/.test(value) ? value : undefined;

/** Reads the keys of a section one by one and notes what does not hold. */
export class SectionReader {
  readonly problems: string[] = [];
  /** What problems call the section. */
  readonly place: string;
  readonly #section: Readonly<Record<string, unknown>>;

  constructor(section: Readonly<Record<string, unknown>>, place = "platform.qemu") {
    this.#section = section;
    this.place = place;
  }

  /** The value of `name`; undefined where it is absent, null or does not hold. */
  get<T>(name: string, key: Key<T>): T | undefined {
    const value = this.#section[name];
    if (value === undefined || value === null) return undefined;
    const parsed = key.parse(value);
    if (parsed === undefined) {
      const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
      this.problems.push(`'${this.place}.${name}' is '${shown}'; expected ${key.expected}.`);
    }
    return parsed;
  }
}
