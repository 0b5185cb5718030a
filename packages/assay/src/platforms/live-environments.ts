import type { MachinesEnvironment } from "./machines-environment.ts";
import type { PlatformProgress } from "./platform.ts";

/** Which machines live on: `always` after their environment, `failed` those that were not disposed of. */
export type KeepEnvironment = "no" | "always" | "failed";

/** The environments of a platform that nobody has released yet, and what becomes of them at its end. */
export class LiveEnvironments implements AsyncDisposable {
  readonly #alive = new Set<MachinesEnvironment>();
  readonly #keeps: KeepEnvironment;

  constructor(keeps: KeepEnvironment) {
    this.#keeps = keeps;
  }

  /** What disposing of an environment does with its machines. */
  get afterwards(): "keep" | "remove" {
    return this.#keeps === "always" ? "keep" : "remove";
  }

  /** Takes an environment in, and tells how to log in where its machines may be kept. */
  add(environment: MachinesEnvironment, progress: (progress: PlatformProgress) => void): MachinesEnvironment {
    this.#alive.add(environment);
    environment.onRelease(() => this.#alive.delete(environment));
    if (this.#keeps !== "no") {
      for (const command of environment.loginCommands) {
        progress({ environment: environment.name, step: "keep", detail: `log in with: ${command}` });
      }
    }
    return environment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const endings = [...this.#alive].map((environment) =>
      this.#keeps === "no" ? environment[Symbol.asyncDispose]() : environment.keep(),
    );
    await Promise.all(endings);
  }
}
