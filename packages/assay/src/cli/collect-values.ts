/** Collects the values of an option that may be given several times, in order. */
export const collectValues = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
