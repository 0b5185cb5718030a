import { AssayError } from "../errors/assay-error.ts";
import { BootFailed } from "../errors/catalogue.ts";
import type { GuestOrder } from "./guest-provider.ts";

const TAIL_LINES = "40";

/** Awaits a guest's login; when it does not come, throws BootFailed with the last lines of the console's file. */
export async function withConsoleTail<T>(
  { host, name, signal }: GuestOrder,
  file: string,
  login: Promise<T>,
): Promise<T> {
  try {
    return await login;
  } catch (error) {
    if (signal.aborted || !(error instanceof AssayError)) throw error;
    const tail = (await host.run(["tail", "-n", TAIL_LINES, file], { sudo: true })).stdout;
    throw new BootFailed(`Guest '${name}' on node '${host.name}' cannot be logged in to: ${error.message}`, tail, {
      cause: error,
    });
  }
}
