/** After so many deployments in a row have failed, the rest would fail as well: the schedule gives up. */
const HOPELESS_AFTER = 3;

/** Counts deployments that failed. */
export class DeploymentFailures {
  /** Results that failed because no environment could be had. */
  total = 0;
  /** Why the schedule gives up, a sentence; undefined while it goes on. */
  gaveUp: string | undefined;
  #inARow = 0;

  succeeded(): void {
    this.#inARow = 0;
  }

  failed(message: string): void {
    this.total++;
    if (++this.#inARow >= HOPELESS_AFTER) {
      this.gaveUp = `${HOPELESS_AFTER} environments in a row could not be made. The last one said: ${message}`;
    }
  }
}
