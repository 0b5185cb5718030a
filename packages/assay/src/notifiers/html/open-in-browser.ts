import { type ChildProcess, spawn } from "node:child_process";

/**
 * Opens a file with the program for it, where somebody could see it. Undefined where nobody could; what goes wrong is
 * nobody's business, since the report is there all the same.
 */
export function openInBrowser(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): ChildProcess | undefined {
  const hasScreen = Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  if (!hasScreen) return undefined;
  const opener = spawn("xdg-open", [path], { stdio: "ignore", detached: true, env: { ...environment } });
  opener.on("error", () => undefined);
  // It lives longer than the run.
  opener.unref();
  return opener;
}
