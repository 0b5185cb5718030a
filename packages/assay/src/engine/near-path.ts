import { isAbsolute, relative } from "node:path";

/** The path as seen from the working directory when it lies below it. */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
}
