interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly link?: boolean;
}

function packagesOf(lockText: string): ReadonlyMap<string, LockedPackage> {
  try {
    const lock = JSON.parse(lockText) as { readonly packages?: Readonly<Record<string, LockedPackage>> };
    return new Map(Object.entries(lock.packages ?? {}));
  } catch {
    return new Map();
  }
}

const isSame = (left: LockedPackage, right: LockedPackage): boolean =>
  left.version === right.version &&
  left.integrity === right.integrity &&
  (left.link === true) === (right.link === true) &&
  (left.link !== true || left.resolved === right.resolved);

/**
 * Whether everything that the lock file `wanted` asks for is in `installed`, npm's record of node_modules.
 * Optional packages may be missing (they are for other systems), but not be there in another version.
 */
export function holdsLock(wanted: string, installed: string): boolean {
  const have = packagesOf(installed);
  const want = [...packagesOf(wanted)].filter(([path]) => path.includes("node_modules/"));
  if (want.length === 0) return false;
  return want.every(([path, wish]) => {
    const found = have.get(path);
    return found === undefined ? wish.optional === true : isSame(wish, found);
  });
}
