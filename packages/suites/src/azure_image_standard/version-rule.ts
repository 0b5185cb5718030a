/** The lowest version an image may ship of one program. */
export interface VersionFloor {
  readonly minimum: string;
  /** The floor that comes next and the day from which it holds. */
  readonly next?: { readonly minimum: string; readonly from: string };
  /** Exact older versions that still get fixes from their vendors. */
  readonly extendedSupport: readonly string[];
}

export type VersionVerdict =
  | { readonly kind: "good" }
  | { readonly kind: "good-with-warning"; readonly warning: string }
  | { readonly kind: "too-old"; readonly reason: string };

/** Dotted numbers of a version; a dash counts as a dot, so that packaged versions compare too. */
function numbersOf(version: string): number[] {
  return version.replaceAll("-", ".").split(".").map(Number);
}

/** Negative, zero or positive as `left` is older than, the same as or newer than `right`; missing numbers are 0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** Judges `version` of `program` by its floor. */
export function judgeVersion(program: string, version: string, floor: VersionFloor): VersionVerdict {
  if (compareVersions(version, floor.minimum) < 0) {
    return floor.extendedSupport.includes(version)
      ? { kind: "good" }
      : {
          kind: "too-old",
          reason: `The ${program} version ${version} is lower than the required version ${floor.minimum}.`,
        };
  }
  if (floor.next !== undefined && compareVersions(version, floor.next.minimum) < 0) {
    const warning = `The ${program} version ${version} is no longer enough from ${floor.next.from} on: ${floor.next.minimum} is needed then.`;
    return { kind: "good-with-warning", warning };
  }
  return { kind: "good" };
}
